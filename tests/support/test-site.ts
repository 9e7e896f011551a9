import { request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestingTenantApp } from '#libs/runtime';
import { AppModule } from '../../apps/web/src/app.module.js';
import { application } from '../../apps/web/src/application.js';
import { configure } from '../../apps/web/src/configure.js';
import { entities } from '../../apps/web/src/entities.js';
import { testServer } from './test-postgres.js';

export const admin = { email: 'Editor@Example.com', password: 'correct horse battery' };

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** Parsed from the text. */
  json(): unknown;
}

export interface SendOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface TestSite {
  readonly host: string;
  readonly port: number;
  readonly mediaRoot: string;
  query(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** The web application over a database and media root of its own, listening on a free port. */
export async function startTestSite(
  overlay: Record<string, unknown> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<TestSite> {
  const app = { application, module: AppModule, entities, configure };
  const testing = await createTestingTenantApp({ ...app, server: testServer(), admin, overlay, files });
  await testing.app.listen(0, '127.0.0.1');
  const { DataSource } = await import('typeorm');
  const { port } = testing.app.getHttpServer().address() as AddressInfo;
  return {
    host: testing.host,
    port,
    mediaRoot: testing.mediaRoot,
    query: (sql) => testing.app.get(DataSource).query(sql),
    close: () => testing.close(),
  };
}

/** A browser without scripts: it keeps cookies and does not follow redirects. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #site: TestSite;

  constructor(site: TestSite) {
    this.#site = site;
  }

  async send(path: string, { method = 'GET', headers = {}, body }: SendOptions = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { host: this.#site.host, ...(cookie === '' ? {} : { cookie }), ...headers };
    const answer = await exchange({ port: this.#site.port, path, method, headers: all }, body);
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line);
    return answer;
  }

  /** Sends a form as a page of the site would. */
  submit(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.send(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** The hidden token of a page's form. */
  async tokenOf(path: string): Promise<string> {
    const { text } = await this.send(path);
    return /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
  }

  async signIn(credentials: { email: string; password: string } = admin): Promise<Answer> {
    return this.submit('/admin/sign-in', { ...credentials, _csrf: await this.tokenOf('/admin/sign-in') });
  }

  #keep(line: string): void {
    const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split('=', 2);
    if (value === '') this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

export interface FormFile {
  readonly name: string;
  readonly content: string | Buffer;
}

/** A multipart/form-data body with its fields before its file, as a browser sends the fields of a form in order. */
export function multipart(
  file: FormFile,
  fields: Record<string, string> = {},
): Required<Omit<SendOptions, 'method'>> {
  const boundary = 'form-boundary-0123456789';
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${file.name}"\r\ncontent-type: image/png\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(parts.join('') + head),
    Buffer.from(file.content),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body };
}

function exchange(
  options: { port: number; path: string; method: string; headers: Record<string, string> },
  body: string | Buffer | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, host: '127.0.0.1' }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const content = Buffer.concat(chunks);
        const text = content.toString();
        const json = (): unknown => JSON.parse(text);
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: content, text, json });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
