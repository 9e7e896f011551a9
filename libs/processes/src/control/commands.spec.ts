import { beforeEach, describe, expect, it } from '@jest/globals';
import { SupervisorEnding } from '../errors.js';
import type { ProcessStatus, TenantState } from '../launch.js';
import { Commands } from './commands.js';

const acme = (state: TenantState) => ({ tenant: 'acme', state }) as ProcessStatus;
let state: TenantState;
let ends: number;
let started: PromiseWithResolvers<ProcessStatus>;
let commands: Commands;

beforeEach(() => {
  [state, ends, started] = ['stopped', 0, Promise.withResolvers()];
  const act = () => started.promise;
  commands = new Commands(
    {
      supervisor: { start: act, startLater: act, stop: act, restart: act, status: () => [acme(state)] },
      shutdown: () => (ends += 1),
    },
    new Date(),
  );
});

async function endIfIdle(): Promise<unknown> {
  const answer = await commands.perform('POST', '/shutdownIfIdle');
  await new Promise((resolve) => setImmediate(resolve));
  return answer;
}

describe('shutting down when idle', () => {
  it('leaves a supervisor alone whose tenant runs', async () => {
    state = 'running';
    expect(await endIfIdle()).toMatchObject({ isEnding: false });
    expect(ends).toBe(0);
  });

  it('leaves one alone that was asked for a start, of which nothing can be seen yet', async () => {
    const start = commands.perform('POST', '/tenants/acme/start');
    expect(await endIfIdle()).toMatchObject({ isEnding: false });
    started.resolve(acme('running'));
    expect(await start).toEqual(acme('running'));
    expect(ends).toBe(0);
  });

  it('begins nothing more, so that the next supervisor can be asked', async () => {
    expect(await endIfIdle()).toMatchObject({ isEnding: true });
    expect(ends).toBe(1);
    await expect(commands.perform('POST', '/tenants/acme/start')).rejects.toThrow(SupervisorEnding);
    expect(await commands.perform('GET', '/status')).toMatchObject({ isEnding: true });
  });

  it('is not what a supervisor does when it is told to end', async () => {
    state = 'running';
    expect(await commands.perform('POST', '/shutdown')).toMatchObject({ isEnding: true });
  });
});

it('knows no other commands', async () => {
  expect(await commands.perform('POST', '/tenants/acme/explode')).toBeUndefined();
  expect(await commands.perform('DELETE', '/status')).toBeUndefined();
});
