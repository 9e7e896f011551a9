import { spawn } from 'node:child_process';
import path from 'node:path';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
const keptOutput = 64 * 1024;

export function pinnedNode(root) {
  return `${root}/node_modules/.bin/node`;
}

/** PATH without this checkout's node_modules/.bin, which npm puts first: `npm ci` deletes the very Node that it would run on. */
export function hostPath(root) {
  const own = `${root}/node_modules/.bin`;
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== own)
    .join(path.delimiter);
}

/** PATH with the pinned Node first, so that whatever a task starts as `node` is that one. */
function pinnedPath(root) {
  return `${root}/node_modules/.bin${path.delimiter}${hostPath(root)}`;
}

/**
 * Runs a step's program and keeps the end of its output. A signal to the bootstrap goes to the program first, so that
 * no half-finished `npm ci` is left running behind.
 */
export async function capture({ command, args, cwd, env, lock }) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.pid) lock.coverChild(child.pid);
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-keptOutput);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const exit = await finished(child);
  lock.coverChild(null);
  if (exit.interruptedBy) process.kill(process.pid, exit.interruptedBy);
  return { ...exit, output };
}

/** Runs the pinned Node in place of this process: same process id where Node can, else as a child whose end is passed on. */
export async function replaceProcess({ root, args }) {
  const node = pinnedNode(root);
  const env = { ...process.env, PATH: pinnedPath(root) };
  if (process.execve) {
    // It announces itself as experimental on stderr, which belongs to the task.
    process.removeAllListeners('warning');
    process.execve(node, [node, ...args], env);
  }
  const child = spawn(node, args, { env, stdio: 'inherit' });
  const exit = await finished(child);
  if (exit.signal) process.kill(process.pid, exit.signal);
  else process.exitCode = exit.code;
}

function finished(child) {
  let interruptedBy;
  // A terminal's Ctrl-C reaches the whole process group; forwarding it would deliver it twice.
  const terminalSends = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const forward = (signal) => {
    interruptedBy = signal;
    if (signal !== 'SIGINT' || !terminalSends) child.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, interruptedBy }));
  }).finally(() => {
    for (const signal of forwarded) process.off(signal, forward);
  });
}
