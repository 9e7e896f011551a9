import type { LoggerService } from '@nestjs/common';
import { destination, type Logger, pino, stdTimeFunctions } from 'pino';

export interface LogOptions {
  readonly tenant: string;
  readonly release: string;
  readonly level: string;
  readonly scrub: (text: string) => string;
}

/** JSON lines on standard output, each with tenant and release, secrets replaced. */
export function createLog({ tenant, release, level, scrub }: LogOptions): Logger {
  return pino(
    {
      level,
      base: { tenant, release, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: scrub },
    },
    toStandardOutput(),
  );
}

/** So much is kept of what a full disk does not take, for when it has room again. */
const mostUnwrittenBytes = 256 * 1024;

function toStandardOutput(): ReturnType<typeof destination> {
  // Synchronous: lines of the last moments before an exit are the ones that matter.
  const stream = destination({ fd: 1, sync: true, maxLength: mostUnwrittenBytes });
  // Unheard, it would be thrown at whoever logs: a visitor's request, or the end of the process.
  stream.on('error', () => {});
  return stream;
}

/** Nest announces each module and route at every start; that is for whoever debugs a boot. */
const chatter: ReadonlySet<string> = new Set([
  'InstanceLoader',
  'NestFactory',
  'NestApplication',
  'RouterExplorer',
  'RoutesResolver',
]);

/** Nest's logger over pino: `(message, ...details, context?)`, the context last. */
export class NestLog implements LoggerService {
  constructor(private readonly target: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.#write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  #write(level: NestLevel, message: unknown, rest: unknown[]): void {
    const last = rest.at(-1);
    const context = typeof last === 'string' ? plainName(last) : undefined;
    const details = context === undefined ? rest : rest.slice(0, -1);
    const actual = level === 'info' && context !== undefined && chatter.has(context);
    this.target[actual ? 'debug' : level](fieldsOf(message, details, context), textOf(message));
  }
}

/** A class's name as its author wrote it: a bundle calls classes that refer to themselves `_RouterExplorer`. */
function plainName(context: string): string {
  return context.replace(/^_(?=[A-Z])/, '').replace(/_?\d+$/, '');
}

type NestLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

function fieldsOf(message: unknown, details: unknown[], context: string | undefined): object {
  const stack = details.find((each) => typeof each === 'string' && each.includes('\n    at '));
  const error = [message, ...details].find((each) => each instanceof Error);
  return {
    ...(context === undefined ? {} : { context }),
    ...(error === undefined ? {} : { err: error }),
    ...(stack === undefined || error !== undefined ? {} : { stack }),
  };
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  return message instanceof Error ? message.message : JSON.stringify(message);
}
