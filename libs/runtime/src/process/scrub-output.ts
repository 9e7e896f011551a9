type StreamName = 'stdout' | 'stderr';
type Write = (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;

/**
 * Sends what anybody prints beside the log through `scrub`: `console.error(error)`, Node's own warnings. The streams
 * are looked after when they are first asked for, as most processes never open them.
 */
export function scrubOutput(scrub: (text: string) => string): void {
  for (const name of ['stdout', 'stderr'] as const) replaceGetter(name, scrub);
}

function replaceGetter(name: StreamName, scrub: (text: string) => string): void {
  const own = Object.getOwnPropertyDescriptor(process, name);
  let scrubbed: unknown;
  const get = (): unknown => {
    scrubbed ??= withScrubbedWrite(own?.get?.call(process) as NodeJS.WriteStream, scrub);
    return scrubbed;
  };
  Object.defineProperty(process, name, { ...own, get });
}

function withScrubbedWrite(stream: NodeJS.WriteStream, scrub: (text: string) => string): NodeJS.WriteStream {
  const write = stream.write.bind(stream) as Write;
  const scrubbing: Write = (chunk, ...rest) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const clean = scrub(text);
    // Bytes that hold no secret go on as they are: they need not be text.
    return write(clean === text ? chunk : clean, ...rest);
  };
  return Object.assign(stream, { write: scrubbing });
}
