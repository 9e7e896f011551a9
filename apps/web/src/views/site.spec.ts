import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Site } from './site.js';

const theme = {
  colors: {
    ...{ primary: '#111111', accent: '#222222', background: '#ffffff' },
    ...{ surface: '#eeeeee', text: '#000000' },
  },
  font: 'sans',
} as const;

function notAsked(): never {
  throw new TypeError('templates ask for no section');
}

describe('the templates of a site', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'templates-'));
    await mkdir(path.join(folder, 'own'));
    await mkdir(path.join(folder, 'base'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (file: string, text: string) => writeFile(path.join(folder, file), text);
  const site = () =>
    new Site({
      site: { title: 'Acme & Sons', locale: 'en', rootRoute: '/' },
      theme,
      features: { banner: true },
      ...{ name: 'main', modules: new Set(['media']), section: notAsked },
      templateRoots: [path.join(folder, 'own'), path.join(folder, 'base')],
      filters: {},
    });

  it('come from the first folder that has them', async () => {
    await write('base/page.liquid', 'base');
    await write('base/other.liquid', 'other');
    await write('own/page.liquid', 'own');
    expect(site().render('page', {})).toBe('own');
    expect(site().render('other', {})).toBe('other');
  });

  it('come from the release where there are no others', async () => {
    await rm(path.join(folder, 'own'), { recursive: true });
    await write('base/page.liquid', `{% include 'part' %}`);
    await write('base/part.liquid', 'part');
    expect(site().render('page', {})).toBe('part');
  });

  it('can extend the one that they override', async () => {
    await write('base/page.liquid', '<{% block content %}base{% endblock %}>');
    await write('own/page.liquid', `{% layout '@base/page' %}{% block content %}own{% endblock %}`);
    expect(site().render('page', {})).toBe('<own>');
  });

  it('find no base below the last folder', async () => {
    await write('base/page.liquid', `{% layout "@base/page" %}`);
    expect(() => site().render('page', {})).toThrow('page');
  });

  it('know the site and its features, and escape what they print', async () => {
    await write('base/page.liquid', '{{ site.title }} {{ features.banner }} {{ text }} {{ text | raw }}');
    expect(site().render('page', { text: '<i>' })).toBe('Acme &amp; Sons true &lt;i&gt; <i>');
  });

  it('do not reach prototypes', async () => {
    await write('base/page.liquid', '[{{ text.constructor }}{{ text.__proto__ }}]');
    expect(site().render('page', { text: {} })).toBe('[]');
  });

  it.each([`'../secret'`, `'/etc/hostname'`, 'name'])('are not read from outside: %s', async (reference) => {
    await write('secret.liquid', 'secret');
    await write('base/page.liquid', `{% include ${reference} %}`);
    expect(() => site().render('page', { name: '../secret' })).toThrow('ENOENT');
  });

  it('are not read through a link that leads out', async () => {
    await write('secret.liquid', 'secret');
    await symlink(path.join(folder, 'secret.liquid'), path.join(folder, 'own', 'page.liquid'));
    expect(() => site().render('page', {})).toThrow('ENOENT');
  });

  it('end when they would not', async () => {
    await write('base/page.liquid', `{% for i in (1..100000000) %}{{ i }}{% endfor %}`);
    expect(() => site().render('page', {})).toThrow('limit');
  });

  it('print dates as the locale writes them', async () => {
    await write('base/page.liquid', '{{ date | day }}');
    expect(site().render('page', { date: new Date('2026-03-03T23:00:00Z') })).toBe('March 3, 2026');
  });

  it('bring their own rules of style after the colours of the settings', async () => {
    await write('own/theme.css', 'body { margin: 1px }');
    expect(site().themeCss).toMatch(/^:root \{.*\}\nbody \{ margin: 1px \}$/s);
    expect(site().colorsCss).not.toContain('margin');
  });
});
