export type RpcValue = string | number | boolean | null | RpcValue[] | { [name: string]: RpcValue };

/** What the other side says of a call that it refuses. */
export class RpcFault extends Error {
  constructor(
    readonly faultCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** A call as XML-RPC writes it. http://xmlrpc.com/spec.md */
export function writeCall(method: string, values: readonly (string | boolean)[]): string {
  const params = values.map((value) => `<param><value>${written(value)}</value></param>`).join('');
  return `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`;
}

function written(value: string | boolean): string {
  if (typeof value === 'boolean') return `<boolean>${Number(value)}</boolean>`;
  return `<string>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string>`;
}

/** The value that was answered. Throws RpcFault for a fault, TypeError for what is no answer. */
export function readAnswer(text: string): RpcValue {
  const reader = new Reader(text);
  reader.expect('methodResponse');
  if (reader.take('fault')) {
    const { faultCode, faultString } = reader.value() as { faultCode: number; faultString: string };
    throw new RpcFault(faultCode, faultString);
  }
  reader.expect('params');
  reader.expect('param');
  return reader.value();
}

/** Tags and the text between them, one after the other. */
class Reader {
  readonly #tokens: string[];
  #next = 0;

  constructor(text: string) {
    const body = text.replace(/^\s*<\?xml[^>]*\?>/, '');
    this.#tokens =
      body.match(/<[^>]+>|[^<]+/g)?.filter((token, index, all) => isMeant(token, index, all)) ?? [];
  }

  /** Whether a tag of this name is next, which is passed then. */
  take(name: string): boolean {
    const isNext = this.#tokens[this.#next] === `<${name}>`;
    if (isNext) this.#next += 1;
    return isNext;
  }

  expect(name: string): void {
    if (!this.take(name))
      throw new TypeError(`expected <${name}>, found ${this.#tokens[this.#next] ?? 'the end'}`);
  }

  value(): RpcValue {
    this.expect('value');
    const value = this.#typed();
    this.expect('/value');
    return value;
  }

  #typed(): RpcValue {
    if (this.take('array')) return this.#array();
    if (this.take('struct')) return this.#struct();
    if (this.take('nil/')) return null;
    const [, type] = /^<(\w+)>$/.exec(this.#tokens[this.#next] ?? '') ?? [];
    if (type === undefined) return this.#text();
    this.expect(type);
    const text = this.#text();
    this.expect(`/${type}`);
    if (type === 'boolean') return text === '1';
    return ['int', 'i4', 'i8', 'double'].includes(type) ? Number(text) : text;
  }

  #array(): RpcValue[] {
    const values: RpcValue[] = [];
    this.expect('data');
    while (!this.take('/data')) values.push(this.value());
    this.expect('/array');
    return values;
  }

  #struct(): RpcValue {
    const members: [string, RpcValue][] = [];
    while (!this.take('/struct')) {
      this.expect('member');
      this.expect('name');
      const name = this.#text();
      this.expect('/name');
      members.push([name, this.value()]);
      this.expect('/member');
    }
    return Object.fromEntries(members);
  }

  /** Nothing, where the next is a tag. */
  #text(): string {
    const token = this.#tokens[this.#next] ?? '';
    if (token.startsWith('<')) return '';
    this.#next += 1;
    return token.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '');
  }
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** Not the space between tags; of a text that is only space each counts. */
function isMeant(token: string, index: number, all: readonly string[]): boolean {
  return token.trim() !== '' || (all[index - 1] === '<string>' && all[index + 1] === '</string>');
}
