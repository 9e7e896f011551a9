import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleEntry } from '../shared-bundle.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Ask {
  readonly socketPath?: string;
  readonly port?: number;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request on a connection of its own. */
export async function ask(options: Ask): Promise<Answer> {
  const { body, ...rest } = options;
  const sent = request({ host: '127.0.0.1', ...rest, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

export interface StartOptions {
  /** For Node, before the entry. */
  readonly nodeArgs?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What to run instead of the sample application. */
  readonly entry?: string;
  /** Another user than the test's, which only root can choose. */
  readonly uid?: number;
  /** Descriptors from 3 on. */
  readonly descriptors?: readonly (number | 'ipc')[];
}

/** A tenant process of the sample application, with what it wrote. */
export class SampleProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #ended: Promise<unknown>;

  constructor({ env, entry = sampleEntry, nodeArgs = [], descriptors = [], uid, ...rest }: StartOptions) {
    this.child = spawn(process.execPath, [...nodeArgs, entry], {
      stdio: ['ignore', 'pipe', 'pipe', ...descriptors],
      env: { NODE_ENV: 'production', ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
      ...rest,
    });
    // Not 'close': it never comes when the test itself closed the IPC channel.
    const outputs = [this.child.stdout, this.child.stderr].map((each) => each && once(each, 'close'));
    this.#ended = Promise.all([once(this.child, 'exit'), ...outputs]);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  /** The lines of its log, parsed. */
  get log(): Record<string, unknown>[] {
    const lines = this.stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Resolves when it says that it listens. */
  async listening(): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!this.stdout.includes('"msg":"listening"')) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new TypeError(`The sample application does not listen: ${this.stderr}${this.stdout}`);
      }
      await sleep(20);
    }
  }

  /** Its exit code, null when a signal ended it. */
  async exit(): Promise<number | null> {
    await this.#ended;
    return this.child.exitCode;
  }

  /** Ends it the hard way, where a test has not. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.#ended;
  }
}
