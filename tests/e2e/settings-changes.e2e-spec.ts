import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeFakeRelease } from '../support/fake-release.js';
import { type Ran, checkoutDir, pinnedNode, tenantryWith } from '../support/command-line.js';

const overlay = 'tenants/acme/settings.yaml';
const original = '# Acme\nsite:\n  title: Acme # on the sign\nhosts: [acme.test]\n';
let home: string;

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), content);
  }
}

const read = (name: string): string => readFileSync(join(home, name), 'utf8');

function settings(...words: readonly string[]): Promise<Ran> {
  return tenantryWith({ home }, 'settings', ...words);
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tenantry changes-'));
  write({
    'tenantry.yaml': 'postgres: { default: main, servers: { main: { embedded: true } } }\n',
    [overlay]: original,
    'tenants/zed/settings.yaml': 'hosts: [zed.test]\n',
  });
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('settings set and unset', () => {
  it('plan shows the lines that would change, and changes nothing', async () => {
    const { code, stdout } = await settings('set', 'acme', 'site.title', 'ACME Ltd', '--plan');
    expect([code, stdout]).toEqual([
      0,
      'Would change tenants/acme/settings.yaml\n  site:\n-   title: Acme # on the sign\n' +
        '+   title: ACME Ltd # on the sign\n  hosts: [acme.test]\nNothing would be restarted: acme does not run.\n',
    ]);
    expect(read(overlay)).toBe(original);
  });

  it('change one line, keep the old file and the mode, tell the timeline, and can be undone', async () => {
    const set = await settings('set', 'acme', 'site.title', 'ACME Ltd', '--json');
    const { run, kept } = set.json<{ run: string; kept: string }>();
    expect(read(overlay)).toBe(original.replace('Acme #', 'ACME Ltd #'));
    expect(statSync(join(home, overlay)).mode & 0o777).toBe(0o644);
    expect(readFileSync(kept, 'utf8')).toBe(original);
    const timeline = read('state/tenants/acme.jsonl').trim().split('\n');
    expect(JSON.parse(timeline.at(-1) ?? '')).toMatchObject({
      run,
      event: 'settings set',
      key: 'site.title',
      kept,
    });
    const again = await settings('set', 'acme', 'site.title', 'New');
    expect(again.stdout).toContain("To undo, run: tenantry settings set acme site.title 'ACME Ltd'\n");
    const added = await settings('set', 'acme', 'ring', 'canary');
    expect(added.stdout).toContain('To undo, run: tenantry settings unset acme ring\n');
    await settings('unset', 'acme', 'ring');
    expect(read(overlay)).toBe(original.replace('Acme #', 'New #'));
  });

  it('keep twenty old files', async () => {
    const versions = Array.from(
      { length: 25 },
      (_, index) => `state/overlays/acme/20200101-0000${index + 10}-abcd.yaml`,
    );
    write(Object.fromEntries(versions.map((name) => [name, '{}'])));
    await settings('set', 'acme', 'ring', 'canary');
    const left = readdirSync(join(home, 'state/overlays/acme')).toSorted();
    expect([left.length, left[0]]).toEqual([20, '20200101-000016-abcd.yaml']);
  });

  it.each([
    [['http.port', '80a'], 78, 'http.port: expected an integer from 1 to 65535, found "80a".'],
    [['hosts', '[zed.test]'], 78, 'host "zed.test" is also claimed by zed.'],
    [['site.titel', 'x'], 2, 'Did you mean "site.title"?'],
    [['hosts', '[a'], 78, 'value: is not valid YAML.'],
  ])('refuse %j with nothing written', async (words, code, message) => {
    const ran = await settings('set', 'acme', ...words);
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(message)]);
    expect(read(overlay)).toBe(original);
    expect(readdirSync(home)).not.toContain('state');
  });

  it('refuse a secret before anything could show it', async () => {
    const ran = await settings('set', 'acme', 'database.ownerPassword', 'hunter2');
    expect([ran.code, ran.stderr]).toEqual([
      4,
      'settings key database.ownerPassword: is a secret, which an overlay must not hold. ' +
        'Run `tenantry secrets set TENANT database.ownerPassword`, which reads the value from standard input.\n',
    ]);
  });

  it('mend an overlay that is wrong', async () => {
    write({ [overlay]: 'ring: 5\nsite: { titel: x }\n' });
    expect((await settings('set', 'acme', 'ring', 'main')).code).toBe(78);
    expect((await settings('unset', 'acme', 'site.titel')).code).toBe(78);
    write({ [overlay]: 'site: { titel: x }\n' });
    expect((await settings('unset', 'acme', 'site.titel')).code).toBe(0);
    expect(read(overlay)).toBe('{}\n');
  });

  it('one at a time: somebody else at work is exit 75', async () => {
    const owner = { host: 'elsewhere', pid: 1, command: 'tenantry migrate', at: 'now' };
    write({ 'run/locks/tenant-acme.lock': JSON.stringify(owner) });
    expect((await settings('set', 'acme', 'ring', 'canary')).code).toBe(75);
    expect(read(overlay)).toBe(original);
  });
});

describe('secrets set', () => {
  it('reads the value from standard input or a file, and never shows it', async () => {
    const schema = `z.strictObject({ password: z.string().meta({ secret: true }).optional().describe('Password.') })`;
    makeFakeRelease({
      home,
      id: '1.0.0',
      base: '\nmail: {}\n',
      sections: `{ key: 'mail', schema: ${schema} }`,
    });
    symlinkSync('releases/1.0.0', join(home, 'current'));
    const words = ['secrets', 'set', 'acme', 'mail.password'];
    const set = await tenantryWith({ home, input: 'hunter2\n' }, ...words);
    expect([set.code, set.stderr]).toEqual([0, '']);
    expect(read('tenants/acme/secrets.yaml')).toContain('mail:\n  password: hunter2\n');
    expect(statSync(join(home, 'tenants/acme/secrets.yaml')).mode & 0o777).toBe(0o600);
    write({ 'value.txt': 'hunter3' });
    const again = await tenantryWith({ home }, ...words, '--from-file', 'value.txt');
    expect(again.code).toBe(0);
    expect(read('tenants/acme/secrets.yaml')).toContain('  password: hunter3\n');
    const empty = await tenantryWith({ home, input: '\n' }, ...words);
    expect([empty.code, empty.stderr]).toEqual([
      2,
      expect.stringContaining('expected a text of 1 to 4096 characters, found 0.'),
    ]);
    const shown = [set, again, empty].map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(shown + read('state/tenants/acme.jsonl')).not.toContain('hunter');
  });
});

describe('settings edit', () => {
  it('without a terminal is exit 4, never a hang', async () => {
    const { code, stderr } = await settings('edit', 'acme');
    expect([code, stderr]).toEqual([
      4,
      'settings edit: needs a terminal, and there is none. Use `tenantry settings set acme KEY VALUE`, or --from FILE.\n',
    ]);
  });

  it('takes a text from a file, by which every change can be undone', async () => {
    write({ 'wanted.yaml': '# Mine\nring: canary\n' });
    const { stdout } = await settings('edit', 'acme', '--from', 'wanted.yaml');
    expect(read(overlay)).toBe('# Mine\nring: canary\n');
    const undo = /edit acme --from '(.*)'$/m.exec(stdout)?.[1] ?? '';
    await settings('edit', 'acme', '--from', undo);
    expect(read(overlay)).toBe(original);
  });

  it('writes what the editor leaves once it is good', async () => {
    const { code } = await onTerminal("sed -i s/Acme$/x/;sed -i 's/title: Acme/title: Edited/'", '');
    expect([code, read(overlay)]).toEqual([0, original.replace('Acme #', 'Edited #')]);
    expect(readdirSync(join(home, 'state/overlays/acme')).filter((name) => name.startsWith('draft'))).toEqual(
      [],
    );
  });

  it('offers a bad text again, and never loses what was typed', async () => {
    const { code, output } = await onTerminal("sed -i 's/title: Acme/titel: Mine/'", 'n\n');
    expect(code).toBe(78);
    expect(output).toContain('Edit again? [Y/n]');
    expect(read(overlay)).toBe(original);
    const draft = /--from '(.*draft.*\.yaml)'/.exec(output.replaceAll(/\r?\n/g, ''))?.[1] ?? '';
    expect(readFileSync(draft, 'utf8')).toContain('titel: Mine');
  });

  it('keeps the text when the editor fails', async () => {
    const { code, output } = await onTerminal('false', '');
    expect([code, read(overlay)]).toEqual([1, original]);
    expect(output).toContain('Your text is kept');
  });
});

/** With a terminal of its own, which `script` makes. */
async function onTerminal(editor: string, input: string): Promise<{ code: number | null; output: string }> {
  const entry = join(checkoutDir, 'dist/apps/tenantry/src/main.js');
  const command = [pinnedNode, entry, 'settings', 'edit', 'acme'].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: home,
    env: { PATH: process.env['PATH'], TENANTRY_HOME: home, EDITOR: editor, SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (text.includes('[Y/n]')) child.stdin.write(input);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}
