import type { Settings } from '#libs/settings';
import type { Greeting } from './greeting.entity.js';

export interface GreetingsPage {
  readonly site: Settings['site'];
  readonly theme: Settings['theme'];
  readonly welcome: string;
  readonly greetings: readonly Greeting[];
}

/** The whole page; everything that comes from settings or visitors is escaped. */
export function greetingsPage({ site, theme, welcome, greetings }: GreetingsPage): string {
  const { background, surface, text, primary } = theme.colors;
  const items = greetings.map(
    ({ name, words }) =>
      html`<li>
        <p>${words}</p>
        <footer>${name}</footer>
      </li>`,
  );
  const page = html`<html lang="${site.locale}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${site.title}</title>
      <style>
        body {
          margin: 0;
          background: ${background};
          color: ${text};
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
          color: ${primary};
        }
        form,
        li {
          background: ${surface};
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
          background: ${primary};
          color: ${surface};
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
      </style>
    </head>
    <body>
      <main>
        <h1>${site.title}</h1>
        <p>${site.tagline ?? ''}</p>
        <form method="post" action="/">
          <p>${welcome}</p>
          <label>Your name<input name="name" required maxlength="80" autocomplete="name" /></label>
          <label>Your greeting<textarea name="words" required maxlength="500" rows="3"></textarea></label>
          <button>Sign the guest book</button>
        </form>
        <ul>
          ${items}
        </ul>
      </main>
    </body>
  </html>`;
  return `<!doctype html>${page.source}`;
}

/** Markup that is safe to insert as it is. */
class Markup {
  constructor(readonly source: string) {}
  toString(): string {
    return this.source;
  }
}

function html(strings: TemplateStringsArray, ...values: readonly (string | readonly Markup[])[]): Markup {
  const parts = values.map((value) => (typeof value === 'string' ? escape(value) : value.join('\n')));
  return new Markup(strings.map((text, index) => `${text}${parts[index] ?? ''}`).join(''));
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
