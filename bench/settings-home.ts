import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A home with nothing but settings: what reading and checking them costs does not depend on databases. */
export interface SettingsHome {
  readonly dir: string;
  readonly tenants: readonly string[];
  remove(): void;
}

/** Overlays as real ones are: a profile, a look, a section of the application, a list that is added to, a second site. */
export function makeSettingsHome(tenantCount: number): SettingsHome {
  const dir = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
  mkdirSync(join(dir, 'tenants', '_profiles'), { recursive: true });
  writeFileSync(join(dir, 'tenantry.yaml'), '{}\n');
  writeFileSync(join(dir, 'tenants', '_profiles', 'pro.yaml'), profile);
  const tenants = Array.from({ length: tenantCount }, (_, index) => `tenant-${index + 1}`);
  for (const name of tenants) {
    mkdirSync(join(dir, 'tenants', name));
    writeFileSync(overlayFile(dir, name), overlayOf(name));
    const secrets = `database:\n  ownerPassword: owner-of-${name}\n  runtimePassword: runtime-of-${name}\n`;
    writeFileSync(join(dir, 'tenants', name, 'secrets.yaml'), secrets, { mode: 0o600 });
  }
  return { dir, tenants, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export function overlayFile(home: string, tenant: string): string {
  return join(home, 'tenants', tenant, 'settings.yaml');
}

const profile = `# The large plan.
media: { quota: 20GB }
upload: { limit: 100MB }
trustedProxies: [10.0.0.0/8]
limits:
  requestsPerMinute: 3000
`;

function overlayOf(name: string): string {
  return `# yaml-language-server: $schema=../.schema/web.json
# Settings of ${name}. What is not set here comes from the profiles and the release's config/.
extends: [pro]
hosts: [${name}.example.com, www.${name}.example.com]
site:
  title: The site of ${name}
  tagline: One line below the title, as most of them have.
theme:
  colors:
    { primary: '#c2410c', accent: '#1d4e6b', background: '#f6f4ef', surface: '#ffffff', text: '#1a1d20' }
  font: serif
pages:
  newsTitle: Notes
trustedProxies: { $append: [192.0.2.7] }
features:
  quoteBanner: true
sites:
  shop:
    hosts: [shop.${name}.example.com]
    site: { title: The shop of ${name} }
    theme: { colors: { primary: '#14508c' } }
`;
}
