import { existsSync, writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, type Page, chromium } from 'playwright-core';
import { type RunningDemo, startDemo } from '../support/running-demo.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const describeWithBrowser = executablePath === undefined ? describe.skip : describe;
if (executablePath === undefined) {
  process.stderr.write(
    'SKIPPED: the browser tests, as there is no Chromium. On Debian: apt-get install chromium\n',
  );
}

const names = ['acme', 'liberty', 'zed'] as const;
interface Look {
  readonly title: string;
  readonly background: string;
  readonly images: readonly string[];
}

let demo: RunningDemo;
let browser: Browser;
let scratch: string;

describeWithBrowser('the three demo sites in a browser', () => {
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'browser-'));
    demo = await startDemo();
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await demo.stop();
    rmSync(scratch, { recursive: true, force: true });
  }, 60_000);

  const address = (name: string, path = '/'): string => `http://${name}.localhost:${demo.port}${path}`;

  it('look like three owners: another title, another colour, another logo', async () => {
    const looks: Look[] = [];
    for (const name of names) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      await page.goto(address(name));
      looks.push(
        await page.evaluate<Look>(
          `({ title: document.title, background: getComputedStyle(document.body).backgroundColor,
              images: [...document.images].map((image) => image.src) })`,
        ),
      );
      await page.close();
    }
    for (const key of ['title', 'background'] as const)
      expect(new Set(looks.map((look) => look[key])).size).toBe(3);
    const images = looks.flatMap((look) =>
      [...new Set(look.images)].filter((src) => src.includes('/media/')),
    );
    expect(new Set(images).size).toBe(images.length);
    expect(images.length).toBeGreaterThanOrEqual(3);
  }, 60_000);

  it('look like two at the library, which has a site for children, and each has its own page for what is not there', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const looks: unknown[][] = [];
    for (const host of ['liberty', 'kids.liberty']) {
      const look: unknown[] = [];
      for (const path of ['/', '/not-here']) {
        const answer = await page.goto(address(host, path));
        look.push(
          answer?.status(),
          await page.title(),
          await page.locator('h1').first().textContent(),
          await page.evaluate<string>(
            'getComputedStyle(document.body).fontFamily + getComputedStyle(document.querySelector("h1")).color',
          ),
        );
      }
      looks.push(look);
    }
    const [library = [], kids = []] = looks;
    expect([library[0], library[4], kids[0], kids[4]]).toEqual([200, 404, 200, 404]);
    const differ = library.map((value, index) => value !== kids[index]);
    expect(differ).toEqual([false, true, true, true, false, true, true, true]);
    await page.close();
  }, 60_000);

  it.each([
    ['a phone', 390],
    ['a desktop', 1280],
  ])(
    'fit %s, without an error in the console',
    async (_what, width) => {
      for (const name of [...names, 'kids.liberty']) {
        const page = await browser.newPage({ viewport: { width, height: 800 } });
        const errors = errorsOf(page);
        await page.goto(address(name), { waitUntil: 'networkidle' });
        const overflow = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect({ name, overflow, errors }).toEqual({ name, overflow: 0, errors: [] });
        await page.close();
      }
    },
    60_000,
  );

  it('let their admin sign in, upload an image and publish a page with it, which no other site shows', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const errors = errorsOf(page);
    await signIn(page, 'acme');
    const picture = join(scratch, 'harbour.png');
    writeFileSync(picture, png(64, 48));
    await page.goto(address('acme', '/admin/media'));
    await page.setInputFiles('input[type=file]', picture);
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByText('harbour.png').first().waitFor();
    await page.goto(address('acme', '/admin/pages/new'));
    await page.getByLabel('Title', { exact: true }).fill('A new harbour');
    await page.locator('#body').fill('## It opens\n\nOn **Monday**.');
    await page.locator('label.picture:has(img[title*="harbour"])').first().click();
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    const visitor = await (await browser.newContext()).newPage();
    await visitor.goto(address('acme', '/a-new-harbour'));
    expect(await visitor.getByRole('heading', { level: 1 }).textContent()).toContain('A new harbour');
    expect(await visitor.locator('strong', { hasText: 'Monday' }).count()).toBe(1);
    const shown = await visitor.evaluate<number>(
      `document.querySelector('img[src*="harbour"]').naturalWidth`,
    );
    expect(shown).toBe(64);
    const elsewhere = await visitor.goto(address('liberty', '/a-new-harbour'));
    expect(elsewhere?.status()).toBe(404);
    expect(errors).toEqual([]);
  }, 90_000);

  it('keep a visitor who is not signed in from the admin pages, and a wrong password out', async () => {
    const page = await browser.newPage();
    await page.goto(address('zed', '/admin/pages'));
    expect(new URL(page.url()).pathname).toBe('/admin/sign-in');
    await page.getByLabel('Email').fill('admin@zed.localhost');
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(new URL(page.url()).pathname).toBe('/admin/sign-in');
  }, 60_000);

  async function signIn(page: Page, name: string): Promise<void> {
    await page.goto(address(name, '/admin'));
    await page.getByLabel('Email').fill(`admin@${name}.localhost`);
    await page.getByLabel('Password').fill(demo.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(address(name, '/admin'));
  }
});

function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return errors;
}

/** A PNG of one colour. */
function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3), 0x66);
  for (let row = 0; row < height; row += 1) rows[row * (1 + width * 3)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, check]);
}
