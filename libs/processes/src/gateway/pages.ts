import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** What the gateway itself has to say to a visitor; never what an operator should know only. */
export interface Page {
  readonly status: number;
  /** For programs, as the commands' errors have it. */
  readonly code: string;
  readonly title: string;
  readonly text: string;
  readonly retryAfterSeconds?: number;
  readonly links?: readonly { readonly name: string; readonly url: string }[];
}

export const pages = {
  badRequest: {
    status: 400,
    code: 'BAD_REQUEST',
    title: 'Request not understood',
    text: 'The request does not say clearly which site it is for.',
  },
  notFound: {
    status: 404,
    code: 'NOT_FOUND',
    title: 'Page not found',
    text: 'There is nothing at this address.',
  },
  badGateway: {
    status: 502,
    code: 'BAD_GATEWAY',
    title: 'The site did not answer',
    text: 'The connection broke while your request was being handled. Please check whether it took effect, then try again.',
  },
  timeout: {
    status: 504,
    code: 'GATEWAY_TIMEOUT',
    title: 'The site took too long',
    text: 'Your request was not answered in time. Please check whether it took effect, then try again.',
  },
} as const satisfies Record<string, Page>;

export function unknownHost(links: Page['links'] = []): Page {
  const text = 'No site is served under this name here.';
  return { status: 421, code: 'UNKNOWN_HOST', title: 'No such site', text, links };
}

export function unavailable(retryAfterSeconds: number): Page {
  const text = 'It cannot be reached at the moment. Please try again shortly.';
  return { status: 503, code: 'UNAVAILABLE', title: 'This site will be back soon', text, retryAfterSeconds };
}

export function suspended(retryAfterSeconds: number): Page {
  const text = 'It is not in service at present.';
  return { status: 503, code: 'SUSPENDED', title: 'This site is suspended', text, retryAfterSeconds };
}

/** Answers a request, or cuts it off when part of another answer is already out. */
export function sendPage(request: IncomingMessage, response: ServerResponse, page: Page): void {
  if (response.headersSent) return void response.destroy();
  const { headers, body } = render(request, page);
  response.writeHead(page.status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The same for a request to upgrade, which has no response object. */
export function sendPageOnSocket(request: IncomingMessage, socket: Duplex, page: Page): void {
  if (socket.destroyed || !socket.writable) return;
  const { headers, body } = render(request, page);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.end(`HTTP/1.1 ${page.status} ${page.title}\r\n${lines.join('')}\r\n${body}`);
}

function render(request: IncomingMessage, page: Page): { headers: Record<string, string>; body: string } {
  const json = prefersJson(request.headers.accept ?? '');
  const body = json ? jsonBody(page) : htmlBody(page);
  const headers: Record<string, string> = {
    'Content-Type': json ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
  };
  if (page.retryAfterSeconds !== undefined) headers['Retry-After'] = String(page.retryAfterSeconds);
  return { headers, body };
}

/** JSON for whoever names it, before HTML if that is named as well. */
function prefersJson(accept: string): boolean {
  const json = accept.search(/\bapplication\/([a-z0-9.-]+\+)?json\b/i);
  const html = accept.search(/\btext\/html\b/i);
  return json >= 0 && (html < 0 || json < html);
}

function jsonBody({ code, title, text, links }: Page): string {
  const sites = links === undefined || links.length === 0 ? {} : { sites: links };
  return `${JSON.stringify({ error: { code, message: `${title}. ${text}` }, ...sites })}\n`;
}

function htmlBody({ status, title, text, retryAfterSeconds, links }: Page): string {
  // Whoever waits for a site that starts should not have to press reload.
  const refresh =
    retryAfterSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${retryAfterSeconds}">`;
  const items = (links ?? []).map(({ name, url }) => `<li><a href="${escape(url)}">${escape(name)}</a></li>`);
  const list = items.length === 0 ? '' : `<ul>${items.join('')}</ul>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${refresh}
<title>${escape(title)}</title><style>${style}</style></head>
<body><main><p class="status">${status}</p><h1>${escape(title)}</h1><p>${escape(text)}</p>${list}</main></body></html>
`;
}

const style = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;
font:1.05rem/1.6 system-ui,sans-serif;background:Canvas;color:CanvasText}main{max-width:34rem;padding:2rem}
h1{font-size:1.7rem;line-height:1.25;margin:.2rem 0 .8rem}.status{opacity:.6;letter-spacing:.08em;margin:0}
a{color:LinkText}ul{padding-left:1.2rem}`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
