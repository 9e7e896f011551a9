import { spawn } from 'node:child_process';

/** What the operator writes with, as `$VISUAL` or `$EDITOR` names it: a command that may have arguments. */
export interface Editing {
  readonly editor: string;
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Opens a file in the operator's editor, on this terminal, and waits for its end. Answers with its exit code. */
export async function editFile({ editor, file, env }: Editing): Promise<number> {
  // Through a shell, as git does it: people write EDITOR="code --wait". The file's name is an argument, never script.
  const child = spawn('/bin/sh', ['-c', `${editor} "$@"`, 'editor', file], { stdio: 'inherit', env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
