import { describe, expect, it } from '@jest/globals';
import { defineApplication, defineSection } from '../application.js';
import { settingsSchema } from './compose.js';
import { requireSettingsKey } from './find-key.js';
import { listHostKeys, listSettingsKeys } from './keys.js';
import { z } from 'zod';

const application = defineApplication({ name: 'web', sections: [], migrations: [] });

describe('the keys of the settings', () => {
  it('each have a description that ends with a full stop', () => {
    const keys = [...listSettingsKeys(application), ...listHostKeys()];
    const bad = keys.filter(({ description }) => !description?.endsWith('.')).map(({ key }) => key);
    expect(bad).toEqual([]);
  });

  it('know secrets and units', () => {
    const keys = new Map(listSettingsKeys(application).map((key) => [key.key, key]));
    expect(keys.get('database.ownerPassword')).toMatchObject({ isSecret: true, isOptional: true });
    expect(keys.get('upload.limit')).toMatchObject({ unit: 'bytes', isSecret: false });
    expect(keys.get('database.pool.idleTimeout')).toMatchObject({ unit: 'milliseconds' });
    expect(keys.get('modules.<name>.enabled')).toMatchObject({ expected: 'true or false' });
  });

  it('say what the items of a list are, and the keys of those that have keys', () => {
    const each = z.strictObject({
      name: z.string().describe('Name.'),
      sizes: z.array(z.int()).describe('Sizes.'),
      labels: z.record(z.string(), z.string()).describe('Labels.'),
    });
    const schema = z.strictObject({ shops: z.array(each).describe('Shops.'), notes: z.array(z.string()) });
    const own = { ...application, sections: [defineSection('mail', schema)] };
    const keys = new Map(listSettingsKeys(own).map(({ key, expected }) => [key, expected]));
    expect([...keys].filter(([key]) => key.startsWith('mail.'))).toEqual([
      ['mail.shops', 'a list of mappings, each with the keys below'],
      ['mail.shops[].name', 'a text'],
      ['mail.shops[].sizes', 'a list; each item an integer'],
      ['mail.shops[].labels', 'a mapping'],
      ['mail.shops[].labels.<name>', 'a text'],
      ['mail.notes', 'a list of texts'],
    ]);
    expect(keys.get('hosts')).toMatch(/^a list; each item a host such as /);
    expect(() => requireSettingsKey(own, 'mail.shops[].nam')).toThrow('there is no such key');
  });

  it('do not let a module take a section that exists', () => {
    const taken = { ...application, sections: [defineSection('site', z.strictObject({}))] };
    expect(() => settingsSchema(taken)).toThrow('application web: two sections of settings are named "site"');
  });
});
