import { type Fault, acme, mark, statements } from './fault.js';

function madeDatabase(about: Omit<Fault, 'plant' | 'undo'>, name: string, comment?: string): Fault {
  return {
    ...about,
    plant: async (home) => {
      await home.sql('postgres', `CREATE DATABASE ${name} STRATEGY file_copy`);
      if (comment !== undefined) await home.sql('postgres', `COMMENT ON DATABASE ${name} IS '${comment}'`);
    },
    undo: (home) => home.sql('postgres', `DROP DATABASE ${name}`),
  };
}

export const orphans: readonly Fault[] = [
  madeDatabase({ id: 'database-orphan', tenant: 'nobody' }, 'tenant_nobody', mark('nobody')),
  madeDatabase({ id: 'trash-orphan', tenant: 'nobody' }, 'trash_20200101_000000_abcd', mark('nobody')),
  madeDatabase({ id: 'scratch-left' }, 'tenantry_scratch_0123456789ab'),
  madeDatabase({ id: 'template-left' }, 'tenantry_template_0123456789abcdef'),
  {
    ...{ id: 'database-elsewhere', ...acme },
    plant: async (home) => {
      const { id } = JSON.parse(home.read('tenants/acme/media/.tenant')) as { id: string };
      await home.sql('postgres', 'CREATE DATABASE tenant_acme_old STRATEGY file_copy');
      await home.sql('postgres', `COMMENT ON DATABASE tenant_acme_old IS '${mark('acme', id)}'`);
    },
    undo: (home) => home.sql('postgres', 'DROP DATABASE tenant_acme_old'),
  },
  statements({ id: 'role-orphan', tenant: 'nobody' }, 'postgres', [
    `CREATE ROLE nobody; COMMENT ON ROLE nobody IS '${mark('nobody')}'`,
    'DROP ROLE nobody',
  ]),
];
