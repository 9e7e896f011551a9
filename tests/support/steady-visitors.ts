import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Visited {
  readonly answered: number;
  /** What went wrong instead, by how often. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface Visitors {
  /** Lets the visitors finish, and says how they fared. */
  leave(): Promise<Visited>;
}

/** People pause; without, four of them would leave no processor to those who restart. */
const pauseMs = 20;

/** Visitors of a tenant's front page at its socket, as an edge server sends them: some at a time, over kept connections. */
export function sendVisitors(socketPath: string, host: string): Visitors {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const failures: Record<string, number> = {};
  let answered = 0;
  let isOver = false;
  const walk = async (): Promise<void> => {
    while (!isOver) {
      const outcome = await visit({ socketPath, host, agent });
      if (outcome === '200') answered += 1;
      else failures[outcome] = (failures[outcome] ?? 0) + 1;
      await sleep(pauseMs);
    }
  };
  const all = Promise.all(Array.from({ length: 4 }, walk));
  return {
    leave: async () => {
      isOver = true;
      await all;
      agent.destroy();
      return { answered, failures };
    },
  };
}

interface Visit {
  readonly socketPath: string;
  readonly host: string;
  readonly agent: Agent;
}

/** The status, or what went wrong instead. */
function visit({ socketPath, host, agent }: Visit): Promise<string> {
  const headers = { host, 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'http' };
  return new Promise((resolve) => {
    const request = get({ socketPath, path: '/', headers, agent }, (response) => {
      response.resume().on('end', () => resolve(String(response.statusCode)));
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

/** The same as a program, for another network namespace: `SOCKET HOST STOP`, until the file STOP is there. Prints `Visited`. */
export const sendVisitorsScript = `
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const [, , socketPath, host, stop] = process.argv;
const { sendVisitors } = await import(${JSON.stringify(import.meta.url)});
const visitors = sendVisitors(socketPath, host);
while (!existsSync(stop)) await sleep(100);
console.log(JSON.stringify(await visitors.leave()));
`;
