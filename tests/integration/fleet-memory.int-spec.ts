import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createDependencies, everyTenant, migrateTenants, silentReport } from '#libs/operations';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { checkoutDir, entry } from '../support/command-line.js';
import { createTable, type FleetHome, makeFleetHome } from '../support/fleet-home.js';

let home: FleetHome;
beforeAll(async () => {
  home = await makeFleetHome(6);
}, 60_000);
afterAll(() => home.remove(), 60_000);

it('lets go of what it had to do with a tenant when that one has ended', async () => {
  home.use('1', [createTable('a')]);
  const sockets = watchSockets();
  const outcome = await migrateTenants(
    createDependencies({
      ...{ home: undefined, cwd: home.dir, env: {}, codeRoot: checkoutDir, entry },
      ...{ command: 'tenantry migrate --all', signal: new AbortController().signal, report: silentReport },
    }),
    { targets: everyTenant, plan: false, parallel: 2 },
  );
  expect(sockets.opened()).toBeGreaterThanOrEqual(home.tenants.length);
  // A socket knows its connection, and a connection what was asked over it.
  expect(await sockets.held()).toBe(0);
  expect(outcome.data).toMatchObject({ counts: { done: home.tenants.length } });
});

function watchSockets() {
  const opened: WeakRef<Socket>[] = [];
  const connect: unknown = Reflect.get(Socket.prototype, 'connect');
  Socket.prototype.connect = function (this: Socket, ...to: unknown[]): Socket {
    opened.push(new WeakRef(this));
    return Reflect.apply(connect as () => Socket, this, to);
  };
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return {
    opened: () => opened.length,
    held: async () => {
      Reflect.set(Socket.prototype, 'connect', connect);
      // Some turns, in which closed handles say so.
      await sleep(200);
      collect();
      return opened.filter((each) => each.deref() !== undefined).length;
    },
  };
}
