import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

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
export function readSupervisordAddress(file: string): SupervisordAddress {
  const values = sectionOf(readFileSync(file, 'utf8'), 'supervisorctl');
  const value = (key: string): string | undefined => {
    const text = values.get(key);
    return text === undefined ? undefined : expanded(text, dirname(file));
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

/** `%(here)s`, `%(ENV_USER)s`, `%%`. */
function expanded(text: string, here: string): string {
  return text.replaceAll(/%(?:%|\((\w+)\)s)/g, (found, name: string | undefined) => {
    if (name === undefined) return '%';
    if (name === 'here') return here;
    return (name.startsWith('ENV_') ? process.env[name.slice(4)] : undefined) ?? found;
  });
}
