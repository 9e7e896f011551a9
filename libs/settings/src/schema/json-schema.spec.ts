import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { defineApplication, defineSection } from '../application.js';
import { secret } from './fields.js';
import { overlayJsonSchema } from './json-schema.js';

const keys = z.array(z.strictObject({ name: z.string(), key: secret() })).describe('Keys.');
const section = defineSection('mail', z.strictObject({ keys, days: z.int().default(3) }));
const application = defineApplication({ name: 'web', sections: [section], migrations: [] });
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const isValid = ajv.compile(overlayJsonSchema(application));

describe('the JSON Schema of an overlay', () => {
  it.each([
    '{}',
    'site: { title: Acme }',
    'extends: [pro]\nhosts: [acme.test, { $env: HOST }]',
    'hosts: { $append: [a.test], $remove: [b.test] }',
    'site: { title: { $unset: true }, tagline: { $env: TAGLINE, $default: none } }',
    'upload: { limit: 10MB }\nprocess: { idleStop: 0 }',
    'theme: { $unset: true }',
    'features: { newEditor: true }\nmodules: { shop: { enabled: false } }',
    'database: { ownerPassword: { $file: /run/secrets/owner }, pool: { max: { $env: MAX } } }',
    'mail: { keys: [{ name: a, key: { $env: KEY } }] }',
    'mail: { keys: { $remove: [{ name: a }] } }',
  ])('accepts %j', (overlay) => {
    expect([isValid(parse(overlay)), isValid.errors]).toEqual([true, null]);
  });

  it.each([
    'site: { titel: Acme }',
    'sties: {}',
    'http: { port: 80a }',
    'http: { port: 70000 }',
    'theme: { font: comic }',
    'site: { title: { $append: [x] } }',
    'site: { title: { $env: A, $file: b } }',
    'database: { ownerPassword: hunter2 }',
    'extends: { $append: [pro] }',
    'hosts: acme.test',
    'features: { newEditor: maybe }',
    'gateway: { port: 80 }',
  ])('refuses %j', (overlay) => {
    expect(isValid(parse(overlay))).toBe(false);
  });

  it('tells an editor what a key means and what is expected', () => {
    const { properties } = overlayJsonSchema(application) as { properties: Record<string, unknown> };
    expect(properties['ring']).toMatchObject({
      description: 'Group of tenants that a deploy reaches together. Expected: a word of a-z, 0-9 and "-".',
    });
  });
});
