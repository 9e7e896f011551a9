import { UsageError } from './errors.js';

declare const tenantName: unique symbol;

/** A checked tenant name: safe as a folder, host label, socket, unit and, with `-` as `_`, database name. */
export type TenantName = string & { readonly [tenantName]: true };

const pattern = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/;

/** Names that mean something else to Postgres, to a home, to a command or to DNS. */
const reserved: ReadonlySet<string> = new Set([
  ...['all', 'current', 'default', 'none', 'template', 'tenant', 'tenants', 'tenantry', 'shared'],
  ...['postgres', 'template0', 'template1', 'public', 'root', 'admin', 'nobody', 'system'],
  ...['localhost', 'www', 'health', 'metrics', 'gateway', 'supervisor', 'console', 'scratch'],
]);

export class InvalidTenantName extends UsageError {
  override readonly code = 'INVALID_TENANT_NAME';
}

/** Refuses anything but `^[a-z][a-z0-9-]{0,38}[a-z0-9]$` and the reserved words. */
export function parseTenantName(text: string): TenantName {
  if (!pattern.test(text)) {
    throw new InvalidTenantName(
      `tenant name: expected 2 to 40 of a-z, 0-9 and "-", beginning with a letter and not ending with "-", found ${JSON.stringify(text.slice(0, 80))}.`,
      { hint: 'Choose a name such as "acme" or "blue-river".' },
    );
  }
  if (reserved.has(text)) {
    throw new InvalidTenantName(`tenant name: "${text}" is a reserved word.`, {
      hint: `Choose another name, such as "${text}-1".`,
    });
  }
  return text as TenantName;
}

export function isTenantName(text: string): text is TenantName {
  return pattern.test(text) && !reserved.has(text);
}
