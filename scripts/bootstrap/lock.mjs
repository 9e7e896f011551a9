import fs from 'node:fs';
import os from 'node:os';
import { explainWriteError } from './setup-error.mjs';

const pollMs = 250;
const heartbeatMs = 5_000;
const silentForMs = 60_000;

/**
 * Lets one bootstrap at a time change a checkout. The lock is a numbered file that is never deleted while it is the newest:
 * taking over from a dead owner means creating the next number, which only one of several waiters can, so there is
 * no moment between "is it stale?" and "remove it" in which a fresh lock could be removed by mistake.
 */
export async function withLock({ root, progress }, work) {
  const folder = `${root}/dist/.lock`;
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw explainWriteError(error, root);
  }
  const lock = tryLock(folder) ?? (await waitForLock(folder, progress));
  try {
    return await work(lock);
  } finally {
    lock.release();
  }
}

async function waitForLock(folder, progress) {
  const detail = () => {
    const { owner } = newest(folder);
    return `process ${[owner, owner?.child].find((one) => one && isRunning(one))?.pid ?? '?'} is at it`;
  };
  return progress.during({ title: 'Waiting for another setup of this checkout', detail }, async () => {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      const lock = tryLock(folder);
      if (lock) return lock;
    }
  });
}

function tryLock(folder) {
  const { number, owner } = newest(folder);
  if (owner && isHeld(`${folder}/${number}`, owner)) return undefined;
  const file = `${folder}/${number + 1}`;
  const content = { pid: process.pid, startedAt: startTime(process.pid), host: os.hostname() };
  if (!createWhole(file, content)) return undefined;
  for (const name of fs.readdirSync(folder)) {
    if (Number(name) <= number) fs.rmSync(`${folder}/${name}`, { force: true });
  }
  return heldLock(file, content);
}

function heldLock(file, content) {
  const heartbeat = setInterval(() => fs.utimes(file, new Date(), new Date(), () => {}), heartbeatMs).unref();
  return {
    /** A child that outlives a killed owner still changes the checkout: the lock is its as well. */
    coverChild(pid) {
      const child = pid && { pid, startedAt: startTime(pid) };
      replaceWhole(file, { ...content, child });
    },
    release() {
      clearInterval(heartbeat);
      replaceWhole(file, { released: true });
    },
  };
}

function newest(folder) {
  const number = Math.max(0, ...fs.readdirSync(folder).map(Number).filter(Number.isInteger));
  if (number === 0) return { number };
  try {
    return { number, owner: JSON.parse(fs.readFileSync(`${folder}/${number}`, 'utf8')) };
  } catch {
    // Replaced or removed at this moment; the next look will tell.
    return { number, owner: { pid: process.pid, startedAt: startTime(process.pid), host: os.hostname() } };
  }
}

function isHeld(file, owner) {
  if (owner.released) return false;
  if (owner.host === os.hostname()) return [owner, owner.child].some((one) => one && isRunning(one));
  // Another container or machine on the same folder: its process ids say nothing here.
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs < silentForMs;
}

function isRunning({ pid, startedAt }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  // The same number can be another process by now.
  return startTime(pid) === startedAt;
}

/** Clock ticks since boot at which a process started, from /proc; null where there is no /proc; "dead" for a zombie. */
function startTime(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold spaces and parentheses itself: the state, then 18 numbers, then the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'dead' : fields[19];
  } catch {
    return null;
  }
}

/** Creates `file` with its content in one step, or says that somebody else did. */
function createWhole(file, content) {
  const draft = writeDraft(file, content);
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw explainWriteError(error, file);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function replaceWhole(file, content) {
  fs.renameSync(writeDraft(file, content), file);
}

function writeDraft(file, content) {
  const draft = `${file}.${process.pid}.draft`;
  try {
    fs.writeFileSync(draft, JSON.stringify(content));
  } catch (error) {
    throw explainWriteError(error, file);
  }
  return draft;
}
