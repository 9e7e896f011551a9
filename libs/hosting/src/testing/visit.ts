import { request, type IncomingHttpHeaders } from 'node:http';
import { request as tlsRequest } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Visit {
  readonly port: number;
  /** `Host`, without port. */
  readonly host: string;
  /** As it is sent: nothing is resolved or encoded. */
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The name of the handshake; over TLS when given. */
  readonly serverName?: string;
}

/** One request on a connection of its own; certificates are not checked. */
export function visit({ host, body, serverName, path = '/', ...given }: Visit): Promise<Answer> {
  const headers = { host: `${host}:${given.port}`, ...given.headers };
  const options = { ...given, host: '127.0.0.1', path, headers, agent: false };
  return new Promise((resolve, reject) => {
    const sent =
      serverName === undefined
        ? request(options)
        : tlsRequest({ ...options, servername: serverName, rejectUnauthorized: false });
    sent.on('error', reject);
    sent.on('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
      );
    });
    sent.end(body);
  });
}
