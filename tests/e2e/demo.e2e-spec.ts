import { readFileSync, readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { tenantryWith } from '../support/command-line.js';
import { type RunningDemo, startDemo } from '../support/running-demo.js';
import { fetchVia } from '../support/test-home.js';

const names = ['acme', 'liberty', 'zed'] as const;

async function home(demo: RunningDemo, name: string): Promise<string> {
  const answer = await fetchVia(demo.port, `${name}.localhost`, { path: '/' });
  expect(answer.status).toBe(200);
  return answer.text();
}

/** What is left of these demos: their folders, and processes that have anything to do with one. Others may run beside. */
function remains(...demos: readonly RunningDemo[]): string[] {
  const homes = demos.map(
    ({ announcement }) => /tenantry-demo-\w+/.exec(announcement)?.[0] ?? 'tenantry-demo-',
  );
  const isTheirs = (text: string): boolean => homes.some((name) => text.includes(name));
  const folders = readdirSync(tmpdir()).filter(isTheirs);
  const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isTheirs(commandOf(pid)));
  return [...folders, ...processes];
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

describe('the demo', () => {
  it('shows three sites from three databases and another application beside them, and leaves nothing behind; a second one runs beside it', async () => {
    const [demo, beside] = await Promise.all([startDemo(), startDemo()]);
    for (const name of names) {
      expect(demo.announcement).toContain(`http://${name}.localhost:${demo.port}/`);
      expect(demo.announcement).toMatch(
        new RegExp(`${name}: process \\d+, database tenant_${name}, media /`),
      );
    }
    expect(new Set(demo.pids).size).toBe(4);
    const pages = await Promise.all(names.map((name) => home(demo, name)));
    expect(new Set(pages.map((page) => /<title>(.*?)<\/title>/.exec(page)?.[1])).size).toBe(3);
    const guestBook = await fetchVia(demo.port, 'nova.localhost', { path: '/' });
    expect(await guestBook.text()).toContain('Sign the guest book');
    // A second site of liberty: another host, the same process and database.
    expect(demo.announcement).toContain(`http://kids.liberty.localhost:${demo.port}/`);
    expect(demo.announcement).toContain('site kids of liberty: in the same process');
    expect(await home(demo, 'kids.liberty')).toContain('<title>Liberty Kids');
    expect(await demo.stop()).toBe(130);
    expect(await home(beside, 'acme')).toBe(pages[0]);
    await beside.stop();
    expect(remains(demo, beside)).toEqual([]);
  }, 180_000);

  it('finds out before it begins that its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const ran = await tenantryWith({ home: '', cwd: tmpdir() }, 'demo', '--port', String(port));
    other.close();
    expect(ran).toMatchObject({
      code: 1,
      stderr: `--port: ${port} is taken by another program. Choose another, or leave it out for the first free one from 8080.\n`,
    });
  });

  it('leaves nothing behind either when it is killed', async () => {
    const demo = await startDemo();
    demo.child.kill('SIGKILL');
    for (let tries = 0; tries < 150 && remains(demo).length > 0; tries += 1) await setTimeout(100);
    expect(remains(demo)).toEqual([]);
  }, 120_000);

  it('lists its tenants to somebody who mistypes a host', async () => {
    const demo = await startDemo();
    const answer = await fetchVia(demo.port, 'acne.localhost', { path: '/' });
    expect(answer.status).toBe(421);
    expect(await answer.text()).toContain('acme.localhost');
    await demo.stop();
  }, 120_000);
});
