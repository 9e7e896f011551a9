import { serviceUnits, supervisordLog } from '#libs/hosting';
import { followJournal, followLog, readJournal, readLogTail } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { makeHostingPlan } from '../hosting/make-plan.js';
import { logFileOf } from './launch.js';

/** Where a unit's lines are kept, whoever keeps them. */
export interface UnitLog {
  tail(lines: number): Promise<string[]>;
  follow(signal: AbortSignal): AsyncIterable<string>;
}

/** The journal under systemd, a file for each worker under supervisord, else the unit's own file. */
export async function openLog(dependencies: Dependencies, unit: string): Promise<UnitLog> {
  const { processes } = dependencies.home.host;
  if (processes === 'embedded') return logOfFile(logFileOf(dependencies, unit));
  const { plan } = await makeHostingPlan(dependencies);
  const workers = plan.units.find(({ name }) => name === unit)?.workers ?? 1;
  if (processes === 'systemd') {
    const services = serviceUnits(plan, { name: unit, workers });
    return {
      tail: (lines) => readJournal(services, lines),
      follow: (signal) => followJournal(services, signal),
    };
  }
  const file = logFileOf(dependencies, unit);
  const files = Array.from({ length: workers }, (_, index) => supervisordLog(file, index + 1));
  return merged(files.map(logOfFile));
}

function logOfFile(file: string): UnitLog {
  return { tail: (lines) => readLogTail(file, lines), follow: (signal) => followLog(file, signal) };
}

/** Each line begins with its time, or belongs to the one before it in its own log. */
function merged(logs: readonly UnitLog[]): UnitLog {
  const [first] = logs;
  if (first !== undefined && logs.length === 1) return first;
  return {
    tail: async (lines) => {
      const tails = await Promise.all(logs.map((log) => log.tail(lines)));
      const timed = tails.flatMap(withTimes);
      return timed
        .sort((one, other) => (one.time < other.time ? -1 : Number(one.time > other.time)))
        .slice(-lines)
        .map(({ line }) => line);
    },
    follow: (signal) => race(logs.map((log) => log.follow(signal)[Symbol.asyncIterator]())),
  };
}

function withTimes(lines: readonly string[]): { line: string; time: string }[] {
  let time = '';
  return lines.map((line) => {
    time = /"time":"([^"]+)"/.exec(line)?.[1] ?? time;
    return { line, time };
  });
}

async function* race(sources: readonly AsyncIterator<string>[]): AsyncGenerator<string> {
  const next = (source: AsyncIterator<string>) => source.next().then((result) => ({ source, result }));
  const waiting = new Map(sources.map((source) => [source, next(source)]));
  while (waiting.size > 0) {
    const { source, result } = await Promise.race(waiting.values());
    if (result.done === true) waiting.delete(source);
    else {
      waiting.set(source, next(source));
      yield result.value;
    }
  }
}
