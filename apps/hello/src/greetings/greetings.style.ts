import { html } from './html.js';

/** The same for every site; the colours are the page's. */
export const greetingsStyle = html`<style>
  body {
    margin: 0;
    background: var(--background);
    color: var(--text);
    font:
      1.1rem/1.5 system-ui,
      sans-serif;
  }
  main {
    max-width: 38rem;
    margin: 0 auto;
    padding: 3rem 1.25rem;
  }
  h1 {
    font-size: 2.4rem;
    line-height: 1.1;
    margin: 0 0 0.5rem;
    color: var(--primary);
  }
  form,
  li {
    background: var(--surface);
    border-radius: 0.75rem;
    padding: 1.25rem;
    margin: 1rem 0;
  }
  label {
    display: block;
    margin-bottom: 0.75rem;
  }
  input,
  textarea {
    display: block;
    width: 100%;
    box-sizing: border-box;
    font: inherit;
    padding: 0.5rem;
    margin-top: 0.25rem;
  }
  button {
    font: inherit;
    padding: 0.6rem 1.2rem;
    border: 0;
    border-radius: 0.5rem;
    background: var(--primary);
    color: var(--surface);
  }
  ul {
    list-style: none;
    padding: 0;
  }
  li p {
    margin: 0;
    white-space: pre-line;
  }
  li footer {
    opacity: 0.75;
    margin-top: 0.5rem;
  }
</style>`;
