import { describe, expect, it } from '@jest/globals';
import { type ControlClient, SupervisorEnding } from '#libs/processes';
import { LiveSupervisor } from './supervisor-client.js';

const goneOnes: string[] = [];
const client = (name: string, isEnding: boolean) =>
  ({
    start: async () => {
      if (isEnding) throw new SupervisorEnding(`${name}: is ending.`);
      return name;
    },
    gone: async () => void goneOnes.push(name),
  }) as unknown as ControlClient;

describe('LiveSupervisor', () => {
  it('waits for the end of one that is ending, and asks the one after it, which is started once', async () => {
    const next = [client('second', true), client('third', false)];
    let ensured = 0;
    const supervisor = new LiveSupervisor(client('first', true), async () => {
      ensured += 1;
      return next.shift() ?? client('nobody', true);
    });
    const answers = await Promise.all([1, 2, 3].map(() => supervisor.ask((one) => one.start('acme'))));
    expect(answers).toEqual(['third', 'third', 'third']);
    expect([goneOnes, ensured]).toEqual([['first', 'second'], 2]);
  });

  it('passes on what else goes wrong', async () => {
    const supervisor = new LiveSupervisor(client('first', false), () =>
      Promise.reject(new TypeError('none')),
    );
    const failing = supervisor.ask(() => Promise.reject(new RangeError('x')));
    await expect(failing).rejects.toThrow(RangeError);
  });
});
