import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { settingsPage } from '#libs/operations';
import { listApplications, loadApplication } from '#libs/release';
import { listHostKeys, listSettingsKeys } from '#libs/settings';
import { commandsPage } from '../../apps/tenantry/src/commands-page.js';
import { commandTable } from '../../apps/tenantry/src/table.js';
import { checkoutDir } from '../support/command-line.js';

const checkout = { id: 'checkout', dir: checkoutDir, kind: 'checkout' } as const;

describe('the generated pages', () => {
  it('are what `npm run docs` writes: docs/settings.md', async () => {
    const { path, text } = await settingsPage(checkout);
    expect(readFileSync(join(checkoutDir, path), 'utf8')).toBe(text);
    expect(text).toMatch(/^<!-- Written by `tenantry settings docs`/);
  });

  it('are what `npm run docs` writes: docs/commands.md', () => {
    expect(readFileSync(join(checkoutDir, 'docs/commands.md'), 'utf8')).toBe(commandsPage(commandTable));
  });
});

describe('every key of the settings', () => {
  it("has a description that ends with a full stop, in the host's settings and in each application", async () => {
    const applications = await Promise.all(
      listApplications(checkout).map((app) => loadApplication(checkout, app)),
    );
    expect(applications.map(({ name }) => name)).toContain('web');
    const keys = [...applications.flatMap(listSettingsKeys), ...listHostKeys()];
    const bad = keys.filter(({ description }) => !description?.endsWith('.')).map(({ key }) => key);
    expect(bad).toEqual([]);
  });
});
