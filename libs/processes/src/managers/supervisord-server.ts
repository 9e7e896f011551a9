import { request, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import { FailedError } from '#libs/settings';
import { commandEnvironment } from '../run-command.js';
import { readSupervisordAddress, type SupervisordAddress } from './supervisord-address.js';
import { readAnswer, RpcFault, type RpcValue, writeCall } from './xml-rpc.js';

export class SupervisordUnreachable extends FailedError {
  override readonly code = 'SUPERVISORD_UNREACHABLE';
}

/** supervisord's own interface: what supervisorctl asks there takes a hundredth of starting supervisorctl. */
export class SupervisordServer {
  /** `config` is the file in which supervisorctl finds its server. */
  constructor(private readonly config: string) {}

  /** Throws RpcFault where it refuses, SupervisordUnreachable where it does not answer. http://supervisord.org/api.html */
  async call(method: string, ...values: readonly (string | boolean)[]): Promise<RpcValue> {
    let where = this.config;
    try {
      const address = readSupervisordAddress(this.config, commandEnvironment);
      where = address.url;
      return readAnswer(await post(address, writeCall(`supervisor.${method}`, values)));
    } catch (error) {
      if (error instanceof RpcFault) throw error;
      throw this.#unreachable(where, error);
    }
  }

  #unreachable(where: string, error: unknown): SupervisordUnreachable {
    const { code, message } = error as NodeJS.ErrnoException;
    return new SupervisordUnreachable(
      `supervisord: does not answer: ${where}: ${reasons[code ?? ''] ?? message}.`,
      {
        hint: `Start it, or correct hosting.supervisord.config (${this.config}) in tenantry.yaml.`,
        cause: error,
      },
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ECONNREFUSED: 'connection refused',
  EACCES: 'permission denied',
};

async function post(address: SupervisordAddress, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(optionsOf(address, body), (response) => {
      const { statusCode } = response;
      const answer = text(response);
      if (statusCode === 200) answer.then(resolve, reject);
      else
        reject(
          new TypeError(
            statusCode === 401 ? 'it wants another username or password' : `status ${statusCode}`,
          ),
        );
    });
    sent.once('error', reject);
    // A start is answered when it is over: without a limit of time.
    sent.end(body);
  });
}

function optionsOf({ url, username, password }: SupervisordAddress, body: string): RequestOptions {
  const socket = /^unix:\/\/(.+)$/.exec(url)?.[1];
  const { hostname, port } = socket === undefined ? new URL(url) : { hostname: 'localhost', port: '' };
  const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) };
  return {
    ...(socket === undefined ? { host: hostname, port: port || 80 } : { socketPath: socket }),
    ...{ method: 'POST', path: '/RPC2', headers, agent: false },
    ...(username === undefined ? {} : { auth: `${username}:${password ?? ''}` }),
  };
}
