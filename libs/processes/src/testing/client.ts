import { request as openRequest, Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Ask {
  readonly port: number;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
}

/** One request to a gateway; `host` goes into the Host header. */
export async function ask({
  port,
  host = 'acme.localhost',
  path = '/',
  method = 'GET',
  ...rest
}: Ask): Promise<Answer> {
  const { headers = {}, body, agent = new Agent({ keepAlive: false }) } = rest;
  const request = openRequest({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent,
    headers: { host, ...headers },
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response), headers: response.headers };
}
