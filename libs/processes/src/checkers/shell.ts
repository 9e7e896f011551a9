import { runCommand } from '../run-command.js';

/** What `sh -n` says of a script; undefined when it can be read. */
export async function checkShellScript(file: string): Promise<string | undefined> {
  const { code, stderr } = await runCommand({ command: 'sh', args: ['-n', file] });
  return code === 0 ? undefined : stderr.trim() || `sh -n: exit ${code}`;
}
