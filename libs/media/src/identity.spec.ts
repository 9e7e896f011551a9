import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MediaRootInUse, WrongMediaRoot } from './errors.js';
import { claimMediaRoot, proveMediaRoot, readMediaIdentity, removeMediaRoot } from './identity.js';

const acme = { tenant: 'acme', id: '6f1f9a5e-0000-4000-8000-000000000001' };
const liberty = { tenant: 'liberty', id: '6f1f9a5e-0000-4000-8000-000000000002' };

describe('the identity of a media root', () => {
  let folder: string;
  let root: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'media-identity-'));
    root = path.join(folder, 'media');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is claimed once and then proved', async () => {
    await claimMediaRoot(root, acme);
    await claimMediaRoot(root, acme);
    await expect(proveMediaRoot(root, acme)).resolves.toEqual(acme);
    await expect(proveMediaRoot(root, { tenant: 'acme' })).resolves.toEqual(acme);
    await expect(readdir(root)).resolves.toEqual(['.incoming', '.tenant', 'private', 'public']);
  });

  it("refuses another's media root with exit code 78 and writes nothing", async () => {
    await claimMediaRoot(root, liberty);
    const message = `acme: media root "${root}" carries liberty's stamp. Nothing was written.`;
    const expected = {
      message,
      exitCode: 78,
      tenant: 'acme',
      hint: 'Correct media.root in tenants/acme/settings.yaml.',
    };
    await expect(proveMediaRoot(root, acme)).rejects.toMatchObject(expected);
    await expect(claimMediaRoot(root, acme)).rejects.toMatchObject(expected);
    await expect(removeMediaRoot(root, acme)).rejects.toThrow(message);
    await expect(readMediaIdentity(root)).resolves.toEqual(liberty);
  });

  it('tells an earlier owner of the same name from this one', async () => {
    await claimMediaRoot(root, { ...acme, id: liberty.id });
    await expect(proveMediaRoot(root, acme)).rejects.toThrow(
      `acme: media root "${root}" carries an earlier acme's stamp (id ${liberty.id}, expected ${acme.id}). Nothing was written.`,
    );
  });

  it('refuses a folder without an identity, and one that is not there', async () => {
    const message = `acme: media root "${root}" has no identity file ".tenant". Nothing was written.`;
    await expect(proveMediaRoot(root, acme)).rejects.toThrow(message);
    await mkdir(root);
    await expect(proveMediaRoot(root, acme)).rejects.toThrow(message);
  });

  it('never takes over a folder that holds files', async () => {
    await mkdir(path.join(root, 'public'), { recursive: true });
    await writeFile(path.join(root, 'public', 'photo.jpg'), 'x');
    await expect(claimMediaRoot(root, acme)).rejects.toThrow(MediaRootInUse);
    await expect(readMediaIdentity(root)).resolves.toBeUndefined();
  });

  it('lets one of two claims at once win', async () => {
    const results = await Promise.allSettled([claimMediaRoot(root, acme), claimMediaRoot(root, liberty)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: expect.any(WrongMediaRoot),
    });
  });

  it('does not follow a link to an identity', async () => {
    const other = path.join(folder, 'other');
    await claimMediaRoot(other, acme);
    await mkdir(root);
    await symlink(path.join(other, '.tenant'), path.join(root, '.tenant'));
    await expect(proveMediaRoot(root, acme)).rejects.toMatchObject({ code: 'WRONG_MEDIA_ROOT' });
  });

  it.each(['', '{', '[]', '{"tenant":"acme"}', '{"tenant":1,"id":2}'])(
    'refuses an identity file with %j',
    async (text) => {
      await mkdir(root);
      await writeFile(path.join(root, '.tenant'), text);
      await expect(proveMediaRoot(root, acme)).rejects.toMatchObject({
        code: 'WRONG_MEDIA_ROOT',
        exitCode: 78,
      });
    },
  );

  it('removes a media root that is proved, and does not mind one that is gone', async () => {
    await claimMediaRoot(root, acme);
    await removeMediaRoot(root, acme);
    await removeMediaRoot(root, acme);
    await expect(readdir(folder)).resolves.toEqual([]);
  });

  it('is taken back, or claimed, after a claim that was cut off before it had its identity', async () => {
    const unlinked = '.tenant.0b0c2f52-7c43-4f0e-9c0e-2f7f3f1a5b11';
    for (const left of [[], [unlinked]]) {
      const half = path.join(folder, `half-${left.length}`);
      await mkdir(half);
      for (const name of left) await writeFile(path.join(half, name), '{');
      await claimMediaRoot(half, acme);
      await removeMediaRoot(half, acme);
      await mkdir(half);
      for (const name of left) await writeFile(path.join(half, name), '{');
      await removeMediaRoot(half, acme);
      expect(await readdir(folder)).not.toContain(path.basename(half));
    }
  });
});
