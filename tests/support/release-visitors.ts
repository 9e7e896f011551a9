import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnableRelease } from './runnable-release.js';

/** Has each page say of which release its code and its template are, and which process made it. */
export function telling(id: string): Pick<RunnableRelease, 'boot' | 'layout'> {
  return {
    boot: `const http = process.getBuiltinModule('node:http');
const { writeHead } = http.ServerResponse.prototype;
http.ServerResponse.prototype.writeHead = function (...words) {
  this.setHeader('x-code', '${id}').setHeader('x-process', process.pid + '-' + performance.timeOrigin);
  return writeHead.apply(this, words);
};`,
    layout: `<!-- template ${id} -->\n`,
  };
}

export interface ReleasesSeen {
  readonly answered: number;
  /** What went wrong instead, by how often. */
  readonly failures: Readonly<Record<string, number>>;
  /** Of all processes that answered: the releases that each one's code and templates were of. */
  readonly byProcess: Readonly<Record<string, readonly string[]>>;
  /** In ms. */
  readonly slowest: number;
}

export interface ReleaseVisitors {
  leave(): Promise<ReleasesSeen>;
}

/** Of each visitor, between an answer and the next request. */
export const pauseMs = 50;

/** Visitors of the front pages of many hosts at one port, each host's one after the other, until they are to leave. */
export function visitReleases(port: number, hosts: readonly string[]): ReleaseVisitors {
  const agent = new Agent({ keepAlive: true });
  const failures: Record<string, number> = {};
  const seen: Record<string, Set<string>> = {};
  let [answered, slowest, isOver] = [0, 0, false];
  const walk = async (host: string): Promise<void> => {
    while (!isOver) {
      const began = performance.now();
      const problem = await visit({ port, host, agent, seen }).catch((error: unknown) => String(error));
      slowest = Math.max(slowest, performance.now() - began);
      if (problem === undefined) answered += 1;
      else failures[problem] = (failures[problem] ?? 0) + 1;
      // People pause; without, they would leave no processor to those who deploy.
      await sleep(pauseMs);
    }
  };
  const all = Promise.all(hosts.map(walk));
  return {
    leave: async () => {
      isOver = true;
      await all;
      agent.destroy();
      return { answered, failures, byProcess: listed(seen), slowest };
    },
  };
}

function listed(seen: Readonly<Record<string, ReadonlySet<string>>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(seen).map(([name, ids]) => [name, [...ids]]));
}

/** Releases of each process that showed more than one. */
export function mixedProcesses({ byProcess }: ReleasesSeen): (readonly string[])[] {
  return Object.values(byProcess).filter((ids) => ids.length > 1);
}

/** How many processes answered, by their release. */
export function processesOf({ byProcess }: ReleasesSeen): Record<string, number> {
  const groups = Map.groupBy(Object.values(byProcess).flat(), (id) => id);
  return Object.fromEntries([...groups].map(([id, all]) => [id, all.length]));
}

interface Visit {
  readonly port: number;
  readonly host: string;
  readonly agent: Agent;
  readonly seen: Record<string, Set<string>>;
}

/** What went wrong, if anything. */
async function visit({ port, host, agent, seen }: Visit): Promise<string | undefined> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/', headers: { host }, agent }, resolve).once('error', reject);
  });
  let page = '';
  for await (const chunk of response.setEncoding('utf8')) page += chunk;
  if (response.statusCode !== 200) return String(response.statusCode);
  const [, template = 'none'] = /<!-- template (\S+) -->/.exec(page) ?? [];
  const ids = (seen[String(response.headers['x-process'])] ??= new Set());
  ids.add(String(response.headers['x-code'])).add(template);
  return undefined;
}

/** The same as a program, for another network namespace: `PORT HOSTS STOP`, until the file STOP is there. Prints `ReleasesSeen`. */
export const visitReleasesScript = `
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const [, , port, hosts, stop] = process.argv;
const { visitReleases } = await import(${JSON.stringify(import.meta.url)});
const visitors = visitReleases(Number(port), hosts.split(','));
while (!existsSync(stop)) await sleep(100);
console.log(JSON.stringify(await visitors.leave()));
`;
