import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** Where a supervisord listens, as its own configuration tells supervisorctl. */
export interface SupervisordAddress {
  /** `unix:///run/supervisor.sock`, `http://127.0.0.1:9001`. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * Reads the section [supervisorctl] of a configuration file. Throws what reading throws.
 * https://supervisord.org/configuration.html#supervisorctl-section-settings
 */
export function readSupervisordAddress(file: string, env: Env): SupervisordAddress {
  const values = sectionOf(readFileSync(file, 'utf8'), 'supervisorctl');
  const value = (key: string): string | undefined => {
    const text = values.get(key);
    return text === undefined ? undefined : expanded(text, { here: dirname(file), env });
  };
  const url = value('serverurl') ?? 'http://localhost:9001';
  return { url, username: value('username'), password: value('password') };
}

function sectionOf(text: string, name: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split('\n')) {
    // A remark begins a line, or follows a value after a space.
    const [, found] = /^\[([^\]]+)\]/.exec(line) ?? [];
    if (found !== undefined) section = found;
    const [, key, value] = /^([a-z_]+)\s*[=:]\s*(.*?)\s*(?:\s;.*)?$/.exec(line) ?? [];
    if (section === name && key !== undefined && value !== undefined) values.set(key, value);
  }
  return values;
}

/** `%(here)s`, `%(host_node_name)s`, `%(ENV_USER)s`, `%%`. */
function expanded(text: string, { here, env }: { here: string; env: Env }): string {
  const known: Env = { here, host_node_name: hostname() };
  return text.replaceAll(/%(?:%|\((\w+)\)s)/g, (found, name: string | undefined) => {
    if (name === undefined) return '%';
    return (name.startsWith('ENV_') ? env[name.slice(4)] : known[name]) ?? found;
  });
}
