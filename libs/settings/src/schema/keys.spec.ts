import { describe, expect, it } from '@jest/globals';
import { defineApplication, defineSection } from '../application.js';
import { settingsSchema } from './compose.js';
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

  it('do not let a module take a section that exists', () => {
    const taken = { ...application, sections: [defineSection('site', z.strictObject({}))] };
    expect(() => settingsSchema(taken)).toThrow('application web: two sections of settings are named "site"');
  });
});
