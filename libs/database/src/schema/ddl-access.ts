import { quoteLiteral } from '../quote.js';
import { type Ddl, factOf } from './ddl-parts.js';
import type { SchemaObject } from './schema-object.js';

/** Owners, grants, default privileges and settings: none of them is made or dropped, each is set. */
export function accessDdl(object: SchemaObject): Ddl {
  switch (object.kind) {
    case 'owner':
      return ownerDdl(object);
    case 'setting':
      return settingDdl(object);
    default:
      return grantDdl(object);
  }
}

function ownerDdl(object: SchemaObject): Ddl {
  const set = `ALTER ${object.name} OWNER TO ${factOf(object, 'role')};`;
  // Goes and comes with what is owned.
  return { create: () => set, drop: () => '', change: () => set };
}

function settingDdl(object: SchemaObject): Ddl {
  const [where = '', key = ''] = object.name.split(/ SET (?=[^ ]+$)/);
  const set = `ALTER ${where} SET ${key} = ${quoteLiteral(factOf(object, 'value'))};`;
  return { create: () => set, drop: () => `ALTER ${where} RESET ${key};`, change: () => set };
}

function grantDdl(object: SchemaObject): Ddl {
  const { give, take } = grantWords(object);
  return {
    create: () => give(privilegesOf(object)),
    drop: () => take(privilegesOf(object)),
    change: (now) => {
      const [has, should] = [privilegesOf(now), privilegesOf(object)];
      const excess = has.filter((privilege) => !should.includes(privilege));
      const missing = should.filter((privilege) => !has.includes(privilege));
      return [
        ...(excess.length > 0 ? [take(excess)] : []),
        ...(missing.length > 0 ? [give(missing)] : []),
      ].join('\n');
    },
  };
}

function privilegesOf({ facts }: SchemaObject): string[] {
  return Array.isArray(facts['privileges']) ? facts['privileges'].map(String) : [];
}

interface GrantWords {
  readonly give: (privileges: readonly string[]) => string;
  readonly take: (privileges: readonly string[]) => string;
}

const option = ' WITH GRANT OPTION';

/** From `TABLE public.pages TO :"runtime"`, or `FOR ROLE :"owner" ON TABLES TO :"runtime"`. */
function grantWords({ kind, name }: SchemaObject): GrantWords {
  const isDefault = kind === 'default privilege';
  const pattern = isDefault ? /^(.*) ON (.*) TO (.*)$/s : /^()(.*) TO (.*)$/s;
  const [, where = '', target = '', role = ''] = pattern.exec(name) ?? [];
  const before = isDefault ? `ALTER DEFAULT PRIVILEGES ${where} ` : '';
  const bare = (privilege: string): string => privilege.replace(option, '');
  return {
    give: (privileges) =>
      [...Map.groupBy(privileges, (privilege) => (privilege.endsWith(option) ? option : ''))]
        .map(
          ([suffix, some]) => `${before}GRANT ${some.map(bare).join(', ')} ON ${target} TO ${role}${suffix};`,
        )
        .join('\n'),
    take: (privileges) => `${before}REVOKE ${privileges.map(bare).join(', ')} ON ${target} FROM ${role};`,
  };
}
