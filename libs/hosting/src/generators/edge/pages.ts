import type { GeneratedFile, HostingPlan, VhostPlan } from '../../plan.js';
import { edgeSites, pagesFolder, unknownHostName } from './edge-site.js';

/** What an edge says itself, in the words of the gateway. */
interface Page {
  readonly status: number;
  /** For programs. */
  readonly code: string;
  readonly title: string;
  readonly text: string;
  readonly refreshSeconds?: number;
}

/** After which a visitor may try again: a suspended site, and one whose process does not answer. */
export const suspendedRetrySeconds = 3600;
export const unreachableRetrySeconds = 5;

const pages: readonly Page[] = [
  {
    status: 404,
    code: 'NOT_FOUND',
    title: 'Page not found',
    text: 'There is nothing at this address.',
  },
  {
    status: 413,
    code: 'BODY_TOO_LARGE',
    title: 'Too large',
    text: 'What you sent is larger than this site takes.',
  },
  {
    status: 502,
    code: 'BAD_GATEWAY',
    title: 'The site did not answer',
    text: 'Please check whether your request took effect, then try again.',
    refreshSeconds: unreachableRetrySeconds,
  },
  {
    status: 503,
    code: 'UNAVAILABLE',
    title: 'This site will be back soon',
    text: 'It cannot be reached at the moment. Please try again later.',
  },
  {
    status: 504,
    code: 'GATEWAY_TIMEOUT',
    title: 'The site took too long',
    text: 'Please check whether your request took effect, then try again.',
  },
];

/** Statuses for which a server has a page of its own to send. */
export const pageStatuses: readonly number[] = pages.map(({ status }) => status);

const unknownHost: Page = {
  status: 421,
  code: 'UNKNOWN_HOST',
  title: 'No such site',
  text: 'No site is served under this name here.',
};

const neutral: Look = {
  title: undefined,
  colors: { primary: '#444444', background: '#ffffff', text: '#222222' },
};

interface Look {
  readonly title: string | undefined;
  readonly colors: VhostPlan['colors'];
}

/** The pages of every site in its own colours, and the one for who asks for a host that is nobody's. */
export function pageFiles(plan: HostingPlan): readonly GeneratedFile[] {
  const own = edgeSites(plan).flatMap(({ name, vhost }) =>
    pages.flatMap((page) => filesOf(pagesFolder(plan, name), page, vhost)),
  );
  return [...filesOf(pagesFolder(plan, unknownHostName), unknownHost, neutral), ...own];
}

/** Without the header of other generated files, as visitors see them: `ownerOfFile` knows the folder. */
function filesOf(folder: string, page: Page, look: Look): GeneratedFile[] {
  const path = `${folder}/${page.status}`;
  const error = { code: page.code, message: `${page.title}. ${page.text}` };
  return [
    { path: `${path}.html`, text: html(page, look) },
    { path: `${path}.json`, text: `${JSON.stringify({ error })}\n` },
  ];
}

function html({ status, title, text, refreshSeconds }: Page, look: Look): string {
  const site = look.title === undefined ? '' : `<p class="site">${escape(look.title)}</p>`;
  const refresh =
    refreshSeconds === undefined ? '' : `\n<meta http-equiv="refresh" content="${refreshSeconds}">`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">${refresh}
<title>${escape(title)}</title><style>${style(look.colors)}</style></head>
<body><main>${site}<p class="status">${status}</p><h1>${escape(title)}</h1><p>${escape(text)}</p></main></body></html>
`;
}

function style({ primary, background, text }: VhostPlan['colors']): string {
  return `body{margin:0;min-height:100vh;display:grid;place-items:center;background:${colour(background, '#fff')};
color:${colour(text, '#222')};font:1.05rem/1.6 system-ui,sans-serif}main{max-width:34rem;padding:2rem}
h1{font-size:1.7rem;line-height:1.25;margin:.2rem 0 .8rem;color:${colour(primary, '#222')}}
.site{font-weight:600;margin:0 0 1.5rem}.status{opacity:.6;letter-spacing:.08em;margin:0}`;
}

/** What is no colour would be style sheet, or the end of it. */
function colour(value: string, fallback: string): string {
  return /^#[0-9a-f]{3,8}$/i.test(value) ? value : fallback;
}

/** As a page of the edge has it, by which the page of one site is told from another's. */
export function titleOnPage({ title }: Pick<VhostPlan, 'title'>): string {
  return escape(title);
}

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

/** Of the pages: they have nothing but their own style. */
export const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
