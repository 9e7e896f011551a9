import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
  isCollection,
  isMap,
  isNode,
  isScalar,
  parseDocument,
} from 'yaml';

/**
 * The old text with only the lines of one key changed, where that says the same as `wanted`; else `wanted`, which the
 * YAML library has laid out anew: it knows neither the author's spacing nor where lines were broken.
 */
export function spliceKey(old: string, wanted: string, path: readonly string[]): string {
  const was = parseDocument(old);
  const will = parseDocument(wanted);
  const candidate = candidateOf(old, { was, will, wanted, path });
  if (candidate === undefined) return wanted;
  const parsed = parseDocument(candidate);
  const isSame = parsed.errors.length === 0 && isDeepStrictEqual(parsed.toJS(), will.toJS());
  return isSame && countComments(candidate) >= countComments(wanted) ? candidate : wanted;
}

interface Change {
  readonly was: Document;
  readonly will: Document;
  readonly path: readonly string[];
}

function candidateOf(
  old: string,
  { was, will, wanted, path }: Change & { wanted: string },
): string | undefined {
  const before: unknown = was.getIn(path, true);
  const after: unknown = will.getIn(path, true);
  if (isNode(after) && (isScalar(before) || (isCollection(before) && before.flow))) {
    return replaceNode(old, before, wanted.slice(after.range?.[0], after.range?.[1]));
  }
  const depth = path.findIndex((_, index) => !was.hasIn(path.slice(0, index + 1)));
  if (depth >= 0) return insert(old, { was, will, path: path.slice(0, depth + 1) });
  const gone = path.findIndex((_, index) => !will.hasIn(path.slice(0, index + 1)));
  return gone >= 0 ? remove(old, was, path.slice(0, gone + 1)) : undefined;
}

function replaceNode(old: string, node: Node, text: string): string | undefined {
  if (!node.range || text.includes('\n')) return undefined;
  return old.slice(0, node.range[0]) + text + old.slice(node.range[1]);
}

/** Puts a new key behind the last one of a mapping that is written in lines. */
function insert(old: string, { was, will, path }: Change): string | undefined {
  const map = mapAt(was, path.slice(0, -1));
  const last = map?.items.at(-1);
  if (!map || map.flow || !last) return undefined;
  const [at, indent] = [lineEnd(old, endOf(last)), column(old, startOf(map.items[0]))];
  const pair = mapAt(will, path.slice(0, -1))?.items.find(({ key }) => keyText(key) === path.at(-1));
  if (at === undefined || indent === undefined || !pair) return undefined;
  const lines = new (parseDocument('{}').constructor as typeof Document)({});
  lines.contents = null;
  lines.set(pair.key, pair.value);
  const text = lines.toString({ lineWidth: 0 }).trimEnd();
  const indented = text.split('\n').map((line) => `${' '.repeat(indent)}${line}`);
  const lead = old.slice(0, at);
  return `${lead}${lead === '' || lead.endsWith('\n') ? '' : '\n'}${indented.join('\n')}\n${old.slice(at)}`;
}

/** Takes out the lines of a key, where it has them for itself. */
function remove(old: string, was: Document, path: readonly string[]): string | undefined {
  const map = mapAt(was, path.slice(0, -1));
  const pair = map?.items.find(({ key }) => keyText(key) === path.at(-1));
  const start = startOf(pair);
  const end = pair && lineEnd(old, endOf(pair));
  if (!map || map.flow || map.items.length < 2 || start === undefined || end === undefined) return undefined;
  const lineStart = old.lastIndexOf('\n', start - 1) + 1;
  return old.slice(lineStart, start).trim() === '' ? old.slice(0, lineStart) + old.slice(end) : undefined;
}

function mapAt(document: Document, path: readonly string[]): YAMLMap | undefined {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  return isMap(node) ? node : undefined;
}

function startOf(pair: Pair | undefined): number | undefined {
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}

function endOf(pair: Pair): number | undefined {
  return isNode(pair.value) ? pair.value.range?.[1] : undefined;
}

/** Behind the line break of the line that a value ends in. */
function lineEnd(text: string, offset: number | undefined): number | undefined {
  if (offset === undefined) return undefined;
  // A mapping's or a block text's end lies behind its last line break already.
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

function column(text: string, offset: number | undefined): number | undefined {
  return offset === undefined ? undefined : offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function countComments(text: string): number {
  return text.split('#').length;
}
