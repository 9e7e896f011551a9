import { describe, expect, it } from '@jest/globals';
import { lintMigrations } from '#libs/database';
import { loadApplication } from '#libs/release';
import { checkoutDir } from '../support/command-line.js';
import { testServer } from '../support/test-postgres.js';

describe('the migrations of the applications', () => {
  it.each(['web', 'hello'])(
    '%s: block nobody who uses the tables, or say why it does no harm',
    async (app) => {
      const checkout = { id: 'checkout', dir: checkoutDir, kind: 'checkout' } as const;
      const { migrations } = await loadApplication(checkout, app);
      const findings = await lintMigrations(testServer(), migrations);
      expect(findings.filter(({ allowed }) => allowed === null)).toEqual([]);
    },
  );
});
