import { join } from 'node:path';
import type { Entry } from '../files/entry.js';
import { throwProblems, type Problem } from '../files/problem.js';
import { readLayerFile } from '../layers/read-layer.js';
import { deepFreeze } from '../layers/loaded.js';
import { locate, merge, nodeToPlain, type Node } from '../layers/merge.js';
import { prepareLayer } from '../layers/prepare.js';
import { ValueReader } from '../layers/value-reader.js';
import type { Patch } from '../layers/patch.js';
import type { LayerKind } from '../layers/types.js';
import { hostSchema, type HostInput } from '../schema/host-schema.js';
import { isRecord, validate, type Locate } from '../schema/validate.js';
import { homeFile } from './find.js';
import { homePaths } from './paths.js';
import { readServers } from './servers.js';
import type { Env, Home, HostSettings } from './types.js';

/** Reads and checks tenantry.yaml and the home's secrets.yaml (0600, may be absent). `dir` must be absolute. */
export function openHome(dir: string, env: Env): Home {
  const settings = readLayerFile(dir, join(dir, homeFile));
  const secrets = readLayerFile(dir, join(dir, 'secrets.yaml'), { isOptional: true, isPrivate: true });
  const values = new ValueReader({ env, folder: dir, roots: [dir, '/run/secrets', '/run/credentials'] });
  const add = (
    node: Node | undefined,
    kind: LayerKind,
    layer: { file: string; entry: Entry } | undefined,
  ) => {
    if (layer === undefined) return node;
    const rules = { schema: hostSchema, hostKeys: new Set<string>() };
    const { patch, problems } = prepareLayer({ ...layer, kind, values }, rules);
    throwProblems(problems);
    return merge(node, patch);
  };
  const root = add(withServers(add(undefined, 'overlay', settings)), 'secrets', secrets);
  return deepFreeze(checkHost(dir, root));
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
  const host: HostSettings = { ...rest, postgres: readServers(input.postgres, { problems, place }) };
  throwProblems(problems);
  return { paths: homePaths(dir, paths), host };
}
