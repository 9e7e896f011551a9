import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { TenantryError } from './errors.js';
import type { SettingsLoader } from './layers/types.js';
import { parseTenantName } from './tenant-name.js';
import { TestHome } from './test-home.js';

const overlay = 'tenants/acme/settings.yaml';
const secrets = 'tenants/acme/secrets.yaml';
const marker = 'hunter2';

const goodOverlay = `extends: [pro]
hosts:
  - acme.test
  - { $env: HOST, $default: b.test }
site:
  title: &title ACME Ltd
  tagline: *title
theme: { colors: { primary: '#112233' }, font: serif }
trustedProxies: { $append: [10.0.0.1], $remove: [10.0.0.0/8] }
database:
  pool: { max: 7 }
  statementTimeout: { $unset: true }
features: { beta: true }
`;
const goodSecrets = `database:
  ownerPassword: ${marker}-owner
  runtimePassword: "${marker}-runtime"
`;

const acme = parseTenantName('acme');
let home: TestHome;
let loader: SettingsLoader;
beforeAll(() => {
  home = new TestHome({ 'tenants/_profiles/pro.yaml': 'upload: { limit: 20MB }' });
  loader = home.loader();
});
afterAll(() => home.remove());

const junk = fc.oneof(
  fc.constantFrom(
    '\t',
    '\0',
    '\r\n',
    '\uFEFF',
    ': ',
    '- ',
    '[',
    '{',
    '}',
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '"',
    "'",
    '#',
    '---\n',
    '$append',
    '__proto__',
  ),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
);
const mutation = fc.record({
  at: fc.nat(400),
  remove: fc.nat(12),
  insert: junk,
  swap: fc.boolean(),
});

function mutate(
  text: string,
  mutations: readonly { at: number; remove: number; insert: string | Uint8Array; swap: boolean }[],
): Buffer {
  return mutations.reduce((bytes, { at, remove, insert, swap }) => {
    const position = at % (bytes.length + 1);
    const parts = [bytes.subarray(0, position), Buffer.from(insert), bytes.subarray(position + remove)];
    return Buffer.concat(swap ? parts.toReversed() : parts);
  }, Buffer.from(text));
}

describe('a damaged overlay or secrets file', () => {
  it('ends in settings or in one clear error, soon and without a secret in it', () => {
    const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(mutations, mutations, fc.boolean(), (ofOverlay, ofSecrets, isSecretsTurn) => {
        home.write({
          [overlay]: isSecretsTurn ? goodOverlay : mutate(goodOverlay, ofOverlay),
          [secrets]: isSecretsTurn ? mutate(goodSecrets, ofSecrets) : goodSecrets,
        });
        const started = performance.now();
        const error = attempt();
        expect(performance.now() - started).toBeLessThan(2000);
        if (error === undefined) return;
        expect(error.exitCode).toBe(78);
        expect(error.message).toMatch(/^[^\n]*[.?]$/);
        expect(`${error.message} ${error.hint}`).not.toContain(marker);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) },
    );
  });
});

function attempt(): TenantryError | undefined {
  try {
    loader.load(acme);
    return undefined;
  } catch (error) {
    if (error instanceof TenantryError) return error;
    throw error;
  }
}
