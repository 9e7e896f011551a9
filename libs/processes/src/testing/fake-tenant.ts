// A tenant process for tests: it keeps the contract with the supervisor, and misbehaves on request.
import { renameSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server as Listener } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { routes } from './fake-routes.js';

const { MODE = 'well', RELEASE = '1.0.0', TENANT_WORKER = '1', IDLE_MS } = process.env;
const SOCKET = await socketOf(process.env['SOCKET'] ?? '');
const own = `${SOCKET}.${process.pid}`;
const inode = (): number | undefined => statSync(SOCKET, { throwIfNoEntry: false })?.ino;
let bound: number | undefined;
let draining = false;

if (MODE === 'refuse') {
  process.stdout.write('{"level":30,"msg":"booting"}\n');
  process.stderr.write('acme: database "tenant_liberty" carries liberty\'s stamp. Nothing was written.\n');
  process.exit(78);
}
if (MODE === 'crash') throw new TypeError('boot failed on purpose');
if (MODE === 'stubborn') process.on('SIGTERM', () => undefined);
else process.once('SIGTERM', () => void drain());
if (MODE === 'stubborn') process.on('disconnect', () => undefined);
else process.once('disconnect', () => void drain());

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  if (draining) response.setHeader('connection', 'close');
  rearm();
  const { pathname } = new URL(request.url ?? '/', 'http://fake');
  void (routes[pathname] ?? routes['/'])?.(request, response);
});
const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket) => {
  socket.on('message', (data, binary) => socket.send(data, { binary }));
});

let idle: NodeJS.Timeout | undefined;
function rearm(): void {
  if (IDLE_MS === undefined) return;
  process.send?.({ type: 'active' });
  clearInterval(idle);
  idle = setInterval(() => process.send?.({ type: 'idle' }), Number(IDLE_MS));
}
rearm();

if (MODE === 'slow') await pause(1_000);
if (MODE !== 'silent') {
  const isInherited = process.env['LISTEN_FDS'] === '1';
  server.listen(isInherited ? { fd: 3 } : { path: own }, () => {
    if (!isInherited) renameSync(own, SOCKET);
    bound = inode();
    process.send?.({ type: 'ready', release: RELEASE, head: null });
  });
}

async function drain(): Promise<void> {
  draining = true;
  if (bound !== undefined && inode() === bound) rmSync(SOCKET, { force: true });
  for (const client of sockets.clients) client.close(1001);
  // Only the listener: http's own close resets accepted connections that were not read yet.
  Reflect.apply(Reflect.get(Listener.prototype, 'close'), server, []);
  await pause(150);
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setInterval(() => server.closeIdleConnections(), 20);
}

/** The lib takes longer to load than all else here: only for workers that need it. */
async function socketOf(socket: string): Promise<string> {
  if (TENANT_WORKER === '1') return socket;
  const { workerSocket } = await import('#libs/settings');
  return workerSocket(socket, Number(TENANT_WORKER));
}
