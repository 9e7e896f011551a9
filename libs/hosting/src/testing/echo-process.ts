import { createHash } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the stand-in for a tenant's process has been asked. */
export interface Echo {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string | undefined>;
  readonly bodyBytes: number;
}

export interface EchoOptions {
  readonly name: string;
  readonly socket: string | { readonly host: string; readonly port: number };
  /** Answers a file that it leaves to the edge: `?file=` is the value of the header. */
  readonly fileHeader?: 'x-accel-redirect' | 'x-sendfile' | undefined;
}

/** Answers with what it was asked; `/stream` in two parts, `/file` by leaving a file to the edge, and WebSockets. */
export class EchoProcess {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly options: EchoOptions) {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.keepAliveTimeout = 72_000;
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket) => upgrade(request, socket));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(options: EchoOptions): Promise<EchoProcess> {
    const process = new EchoProcess(options);
    const { socket } = options;
    const place = typeof socket === 'string' ? { path: socket } : socket;
    await new Promise<void>((resolve) => process.#server.listen(place, resolve));
    // The edge of a test run by root is not always root.
    if (typeof socket === 'string') chmodSync(socket, 0o666);
    return process;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://echo');
    if (url.pathname === '/stream') return stream(response);
    if (url.pathname === '/file') return this.#leaveFile(url, response);
    let bodyBytes = 0;
    for await (const chunk of request) bodyBytes += (chunk as Buffer).length;
    const echo = {
      name: this.options.name,
      method: request.method,
      url: request.url,
      headers: request.headers,
      bodyBytes,
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(echo));
  }

  #leaveFile(url: URL, response: ServerResponse): void {
    response.setHeader('content-type', 'application/pdf');
    response.setHeader('content-security-policy', "frame-ancestors 'self'");
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('cache-control', 'private, no-cache');
    response.setHeader('content-disposition', 'inline; filename="may.pdf"');
    response.setHeader(this.options.fileHeader ?? 'x-none', url.searchParams.get('file') ?? '');
    response.end();
  }
}

async function stream(response: ServerResponse): Promise<void> {
  response.setHeader('content-type', 'text/event-stream');
  response.setHeader('x-accel-buffering', 'no');
  response.write('data: first\n\n');
  await sleep(400);
  response.end('data: second\n\n');
}

/** Accepts (RFC 6455, section 4.2.2), then sends back what comes. */
function upgrade(request: IncomingMessage, socket: Socket): void {
  const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
}
