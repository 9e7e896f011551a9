import type { Settings } from '#libs/settings';
import type { Greeting } from './greeting.entity.js';
import { greetingsStyle } from './greetings.style.js';
import { html, type Markup } from './html.js';

export interface GreetingsPage {
  readonly site: Settings['site'];
  readonly theme: Settings['theme'];
  readonly welcome: string;
  readonly greetings: readonly Greeting[];
}

/** The whole page; everything that comes from settings or visitors is escaped. */
export function greetingsPage({ site, theme, welcome, greetings }: GreetingsPage): string {
  const page = html`<html lang="${site.locale}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${site.title}</title>
      ${[colors(theme), greetingsStyle]}
    </head>
    <body>
      <main>
        <h1>${site.title}</h1>
        <p>${site.tagline ?? ''}</p>
        ${[form(welcome)]}
        <ul>
          ${greetings.map(item)}
        </ul>
      </main>
    </body>
  </html>`;
  return `<!doctype html>${page.source}`;
}

function form(welcome: string): Markup {
  return html`<form method="post" action="/">
    <p>${welcome}</p>
    <label>Your name<input name="name" required maxlength="80" autocomplete="name" /></label>
    <label>Your greeting<textarea name="words" required maxlength="500" rows="3"></textarea></label>
    <button>Sign the guest book</button>
  </form>`;
}

function item({ name, words }: Greeting): Markup {
  return html`<li>
    <p>${words}</p>
    <footer>${name}</footer>
  </li>`;
}

function colors({ colors: { background, surface, text, primary } }: Settings['theme']): Markup {
  return html`<style>
    :root {
      --background: ${background};
      --surface: ${surface};
      --text: ${text};
      --primary: ${primary};
    }
  </style>`;
}
