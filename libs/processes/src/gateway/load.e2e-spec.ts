import { Agent } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ask } from '../testing/client.js';
import { eventually } from '../testing/eventually.js';
import { FakeSite } from '../testing/fake-gateway.js';
import { FakeHome } from '../testing/fake-home.js';

let site: FakeSite;

beforeEach(async () => {
  site = await FakeSite.open(new FakeHome(), ['acme', 'liberty']);
});

afterEach(async () => {
  await site.close();
});

interface Tally {
  done: number;
  readonly failures: string[];
  readonly answeredBy: Set<string>;
}

/** Visitors of one tenant, each asking again as soon as it was answered, until they are told to go home. */
class Crowd {
  readonly tally: Tally = { done: 0, failures: [], answeredBy: new Set() };
  readonly #visitors: Promise<void>[];
  #isOver = false;

  constructor(host: string, { writes }: { writes: boolean }) {
    this.#visitors = Array.from({ length: 8 }, (_, index) => this.#visit(host, writes && index % 2 === 1));
  }

  /** Until so many more were answered. */
  async served(more: number): Promise<void> {
    const from = this.tally.done;
    await eventually(
      () => this.tally.done,
      (done) => done >= from + more,
    );
  }

  async goHome(): Promise<Tally> {
    this.#isOver = true;
    await Promise.all(this.#visitors);
    return this.tally;
  }

  async #visit(host: string, isWriter: boolean): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = 'x'.repeat(20_000);
    while (!this.#isOver) {
      try {
        const request = isWriter ? { method: 'POST', path: '/echo', body } : { path: '/' };
        const answer = await ask({ port: site.gateway.port, host, agent, ...request });
        if (answer.status !== 200) this.tally.failures.push(`${answer.status} ${answer.body.slice(0, 200)}`);
        if (isWriter && answer.body !== body) this.tally.failures.push('another body came back');
        if (!isWriter) this.tally.answeredBy.add(answer.body);
      } catch (error) {
        this.tally.failures.push(String(error));
      }
      this.tally.done += 1;
    }
    agent.destroy();
  }
}

describe('under load', () => {
  it('loses no request, read or write, by four restarts', async () => {
    const crowd = new Crowd('acme.localhost', { writes: true });
    for (let count = 0; count < 4; count += 1) {
      await crowd.served(100);
      await site.home.supervisor.restart('acme');
    }
    await crowd.served(100);
    const { done, failures, answeredBy } = await crowd.goHome();
    expect(failures).toEqual([]);
    expect(answeredBy.size).toBe(5);
    expect(done).toBeGreaterThanOrEqual(500);
  });

  it('loses nothing at liberty, and no reader at acme, by kill -9 of acme', async () => {
    const [acme, liberty] = [
      new Crowd('acme.localhost', { writes: false }),
      new Crowd('liberty.localhost', { writes: true }),
    ];
    for (let count = 0; count < 2; count += 1) {
      await acme.served(100);
      await site.kill('acme');
    }
    await acme.served(100);
    expect((await liberty.goHome()).failures).toEqual([]);
    const { failures, answeredBy } = await acme.goHome();
    expect(failures).toEqual([]);
    expect(answeredBy.size).toBe(3);
  });
});
