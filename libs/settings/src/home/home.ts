import { join } from 'node:path';
import { throwProblems, type Problem } from '../files/problem.js';
import { readLayerFile, type LayerFile } from '../layers/read-layer.js';
import { deepFreeze } from '../layers/loaded.js';
import { locate, merge, nodeToPlain, type Node } from '../layers/merge.js';
import { prepareLayer } from '../layers/prepare.js';
import { credentialRoots, ValueReader } from '../layers/value-reader.js';
import type { Patch } from '../layers/patch.js';
import type { LayerKind } from '../layers/types.js';
import { defaultSecretRoots, hostSchema, type HostInput } from '../schema/host-schema.js';
import { isRecord, validate, type Locate } from '../schema/validate.js';
import { homeFile } from './find.js';
import { homePaths } from './paths.js';
import { readServers } from './servers.js';
import type { Env, Home, HostSettings, PoolerPlace, ServerPlace, TenantHome } from './types.js';

/** Reads and checks tenantry.yaml and the home's secrets.yaml (0600, may be absent). `dir` must be absolute. */
export function openHome(dir: string, env: Env): Home {
  const secrets = readLayerFile(dir, join(dir, 'secrets.yaml'), { isOptional: true, isPrivate: true });
  return deepFreeze(checkHost(dir, readHost(dir, { values: hostValues(dir, env), secrets })));
}

/**
 * The home as a tenant's own process may know it. The home's secrets.yaml is not opened, which the tenant's user may
 * not read, and what tenantry.yaml says of passwords is passed over: their `$env` and `$file` are not there for it.
 */
export function openTenantHome(
  dir: string,
  env: Env,
): TenantHome & {
  /** Environment variables that it was read from: a tenant's process needs them. */
  readonly variables: readonly string[];
} {
  const values = hostValues(dir, env);
  const { paths, host } = checkHost(dir, readHost(dir, { values, secrets: 'passed over' }));
  const servers = Object.entries(host.postgres.servers).map(([key, server]): [string, ServerPlace] => {
    const { name, embedded, host: address, port, ssl, caFile, pooler } = server;
    return [
      key,
      { name, embedded, host: address, port, ssl, caFile, pooler: pooler && withoutConsole(pooler) },
    ];
  });
  const postgres = { default: host.postgres.default, servers: Object.fromEntries(servers) };
  return deepFreeze({
    paths,
    host: {
      ...{ secretRoots: host.secretRoots, development: host.development },
      ...{ edge: host.edge, hosting: host.hosting, postgres },
    },
    variables: [...values.variables],
  });
}

function withoutConsole({ host, port, mode, ssl, caFile }: PoolerPlace): PoolerPlace {
  return { host, port, mode, ssl, caFile };
}

interface HostLayers {
  readonly values: ValueReader;
  readonly secrets: LayerFile | undefined | 'passed over';
}

function hostValues(dir: string, env: Env): ValueReader {
  // Its own `secretRoots` cannot widen what it may read itself.
  const roots = [...defaultSecretRoots, ...credentialRoots(env)];
  return new ValueReader({ env, folder: dir, roots });
}

function readHost(dir: string, { values, secrets }: HostLayers): Node | undefined {
  const rules = { schema: hostSchema, hostKeys: new Set<string>(), skipsSecrets: secrets === 'passed over' };
  const add = (node: Node | undefined, kind: LayerKind, layer: LayerFile | undefined) => {
    if (layer === undefined) return node;
    const { patch, problems } = prepareLayer({ ...layer, kind, values }, rules);
    throwProblems(problems);
    return merge(node, patch);
  };
  const settings = readLayerFile(dir, join(dir, homeFile));
  const root = withServers(add(undefined, 'overlay', settings));
  return secrets === 'passed over' ? root : add(root, 'secrets', secrets);
}

/** The embedded server of a home that names none, below secrets.yaml, so that its password finds it there. */
function withServers(root: Node | undefined): Node | undefined {
  const plain = nodeToPlain(root);
  const postgres = isRecord(plain) ? (plain['postgres'] ?? {}) : {};
  if (!isRecord(postgres) || postgres['servers'] !== undefined) return root;
  const source = { file: homeFile, line: undefined };
  const embedded: Patch = { kind: 'set', value: true, operator: 'set', source };
  const around = (key: string, child: Patch): Patch => ({
    kind: 'merge',
    children: new Map([[key, child]]),
    source,
  });
  const patch = ['embedded', 'main', 'servers', 'postgres'].reduce<Patch>(
    (child, key) => around(key, child),
    embedded,
  );
  return merge(root, patch);
}

function checkHost(dir: string, root: Node | undefined): Home {
  const place: Locate = (path) => {
    const found = locate(root, path);
    return found?.isExact === true ? found.source : { file: homeFile };
  };
  const result = validate(hostSchema, nodeToPlain(root) ?? {}, place);
  if ('problems' in result) throwProblems(result.problems);
  const input = ('value' in result ? result.value : {}) as HostInput;
  const problems: Problem[] = [];
  const { paths, ...rest } = input;
  const host: HostSettings = { ...rest, postgres: readServers(input.postgres, { problems, place, dir }) };
  throwProblems(problems);
  return { paths: homePaths(dir, paths), host };
}
