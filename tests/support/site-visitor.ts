import type { TestHome } from './test-home.js';

/** Somebody who is signed in at one site, with the cookies and the token that a browser would send. */
export interface SiteVisitor {
  cookie(): string;
  get(path: string): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
  upload(path: string, file: { name: string; content: string }): Promise<Response>;
}

/** Signs in through the form, as a browser does. */
export async function signIn(
  home: TestHome,
  host: string,
  account: { email: string; password: string },
): Promise<SiteVisitor> {
  const jar = new Map<string, string>();
  const send = browser(home, host, jar);
  const form = await (await send('/admin/sign-in')).text();
  const fields = new URLSearchParams({ ...account, [tokenField]: tokenIn(form) });
  const answer = await send('/admin/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: fields.toString(),
  });
  if (answer.status !== 303 && answer.status !== 302) throw new Error(`sign-in at ${host}: ${answer.status}`);
  const token = tokenIn(await (await send('/admin')).text());
  return visitor({ jar, send, token });
}

const tokenField = '_csrf';

type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** Keeps the site's cookies in the jar. */
function browser(home: TestHome, host: string, jar: Map<string, string>): Send {
  return async (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('cookie', cookieHeader(jar));
    headers.set('origin', `http://${host}:${home.port}`);
    const answer = await home.get(host, path, { ...init, headers });
    for (const cookie of answer.headers.getSetCookie()) keep(jar, cookie);
    return answer;
  };
}

interface SignedIn {
  readonly jar: Map<string, string>;
  readonly send: Send;
  readonly token: string;
}

function visitor({ jar, send, token }: SignedIn): SiteVisitor {
  return {
    cookie: () => cookieHeader(jar),
    get: (path) => send(path),
    post: (path, body) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': token },
        body: JSON.stringify(body),
      }),
    upload: (path, file) => {
      const boundary = 'tenantry-test-boundary';
      const part = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${file.name}"\r\ncontent-type: text/plain\r\n\r\n${file.content}\r\n--${boundary}--\r\n`;
      const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'x-csrf-token': token };
      return send(path, { method: 'POST', headers, body: part });
    },
  };
}

function tokenIn(html: string): string {
  const token = /name="_csrf"[^>]*value="([^"]+)"/.exec(html)?.[1];
  if (token === undefined) throw new Error('the page has no _csrf field');
  return token;
}

function cookieHeader(jar: ReadonlyMap<string, string>): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}

function keep(jar: Map<string, string>, setCookie: string): void {
  const [pair = ''] = setCookie.split(';');
  const [name = '', ...rest] = pair.split('=');
  jar.set(name, rest.join('='));
}
