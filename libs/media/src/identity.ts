import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import path from 'node:path';
import { MediaRootInUse, systemCode, WrongMediaRoot } from './errors.js';

/** Whose media root it is: the name for people, the id for certainty (a name can be given again). */
export interface Identity {
  readonly tenant: string;
  readonly id: string;
}

/** The id is left out by who knows only the name. */
export interface ExpectedIdentity {
  readonly tenant: string;
  readonly id?: string | undefined;
}

const identityFile = '.tenant';
const folders = ['public', 'private', '.incoming'] as const;
const maxIdentityBytes = 4096;

/**
 * Makes a media root (`public/`, `private/`, `.tenant`), or completes one that is already this identity's.
 * @throws WrongMediaRoot when it carries another's identity, MediaRootInUse when it holds files and no identity; nothing is written then
 */
export async function claimMediaRoot(root: string, identity: Identity): Promise<void> {
  if ((await readMediaIdentity(root)) !== undefined) {
    await proveMediaRoot(root, identity);
  } else {
    await refuseStrangeFiles(root, identity.tenant);
    await mkdir(root, { recursive: true, mode: 0o750 });
    await writeIdentity(root, identity);
  }
  for (const folder of folders) await mkdir(path.join(root, folder), { recursive: true, mode: 0o750 });
}

/**
 * Proves that a media root is the expected one's and returns its identity.
 * @throws WrongMediaRoot (exit 78) otherwise
 */
export async function proveMediaRoot(root: string, expected: ExpectedIdentity): Promise<Identity> {
  const found = await readMediaIdentity(root);
  if (found === undefined) {
    throw new WrongMediaRoot(
      `${expected.tenant}: media root "${root}" has no identity file "${identityFile}". Nothing was written.`,
      { tenant: expected.tenant, hint: 'Correct media.root in the overlay, or create the tenant first.' },
    );
  }
  const isExpected =
    found.tenant === expected.tenant && (expected.id === undefined || found.id === expected.id);
  if (!isExpected) throw wrongIdentity(root, expected, found);
  return found;
}

/** The identity that a media root carries; `undefined` when it has none. Writes nothing. */
export async function readMediaIdentity(root: string): Promise<Identity | undefined> {
  const text = readIdentityText(root);
  if (text === undefined) return undefined;
  const identity = parseIdentity(text);
  if (identity === undefined) throw notAnIdentity(root);
  return identity;
}

/**
 * Removes a media root with all that is in it, once it has proved to be the expected one's.
 * One that does not exist, or is empty, is fine: undoing half a creation ends here.
 */
export async function removeMediaRoot(root: string, expected: ExpectedIdentity): Promise<void> {
  const entries = await entriesOf(root);
  if (entries === undefined) return;
  // Of a claim that was cut off before it had its identity: nobody's yet.
  if (!entries.every((entry) => isUnlinkedIdentity(entry))) await proveMediaRoot(root, expected);
  await rm(root, { recursive: true, force: true });
}

/**
 * Writes another tenant's name into a media root's identity, in one step; the id stays. Can be repeated.
 * @throws WrongMediaRoot (exit 78) when it carries neither identity
 */
export async function restampMediaRoot(root: string, from: Identity, tenant: string): Promise<void> {
  const found = await readMediaIdentity(root);
  if (found?.tenant === tenant && found.id === from.id) return;
  await proveMediaRoot(root, from);
  const temporary = await writeAside(root, { tenant, id: from.id });
  await rename(temporary, path.join(root, identityFile));
}

function wrongIdentity(root: string, expected: ExpectedIdentity, found: Identity): WrongMediaRoot {
  const whose =
    found.tenant === expected.tenant
      ? `an earlier ${found.tenant}'s stamp (id ${found.id}, expected ${expected.id})`
      : `${found.tenant}'s stamp`;
  return new WrongMediaRoot(
    `${expected.tenant}: media root "${root}" carries ${whose}. Nothing was written.`,
    { tenant: expected.tenant, hint: `Correct media.root in tenants/${expected.tenant}/settings.yaml.` },
  );
}

function notAnIdentity(root: string): WrongMediaRoot {
  return new WrongMediaRoot(
    `media root "${root}": "${identityFile}" is not an identity file. Nothing was written.`,
    {
      hint: 'Restore it from a backup.',
    },
  );
}

async function refuseStrangeFiles(root: string, tenant: string): Promise<void> {
  const strange = [];
  for (const entry of (await entriesOf(root)) ?? []) {
    if (isUnlinkedIdentity(entry)) continue;
    const isFolder = folders.some((folder) => folder === entry);
    const inside = isFolder ? await entriesOf(path.join(root, entry)) : [entry];
    strange.push(...(inside ?? []).filter((name) => name !== '.gitkeep'));
  }
  if (strange.length === 0) return;
  throw new MediaRootInUse(
    `${tenant}: media root "${root}" already holds files (${strange.slice(0, 3).join(', ')}) and carries no stamp. Nothing was written.`,
    { tenant, hint: 'Name an empty folder, or move the files away.' },
  );
}

async function entriesOf(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What a claim that was cut off leaves. */
function isUnlinkedIdentity(name: string): boolean {
  return /^\.tenant\.[0-9a-f-]{36}$/.test(name);
}

async function writeIdentity(root: string, identity: Identity): Promise<void> {
  const temporary = await writeAside(root, identity);
  try {
    // link(2) fails where the name exists, rename(2) would replace it: of two claims at once one must lose.
    await link(temporary, path.join(root, identityFile));
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    await proveMediaRoot(root, identity);
  } finally {
    await unlink(temporary);
  }
}

/** Answers the path of the file that is to become the identity. */
async function writeAside(root: string, { tenant, id }: Identity): Promise<string> {
  const temporary = path.join(root, `${identityFile}.${randomUUID()}`);
  const handle = await open(temporary, 'wx', 0o440);
  try {
    await handle.writeFile(`${JSON.stringify({ tenant, id })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
}

/** At once: a command over a fleet reads one for each tenant, and a wait in the thread pool costs more than the file. */
function readIdentityText(root: string): string | undefined {
  const file = path.join(root, identityFile);
  let descriptor;
  try {
    // A link here could make one root pass for another's.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    if (systemCode(error) === 'ELOOP') throw notAnIdentity(root);
    throw error;
  }
  try {
    const buffer = Buffer.alloc(maxIdentityBytes);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, maxIdentityBytes, 0));
  } finally {
    closeSync(descriptor);
  }
}

function parseIdentity(text: string): Identity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('tenant' in value) || !('id' in value))
      return undefined;
    const { tenant, id } = value;
    return typeof tenant === 'string' && typeof id === 'string' ? { tenant, id } : undefined;
  } catch {
    return undefined;
  }
}
