import { inspect } from 'node:util';

import { Secret } from '#libs/settings';

/** Shorter ones would turn ordinary words into `[secret]`, and are no secrets. */
const shortestSecret = 4;
const shortestLine = 16;

/** Replaces each secret that it knows, wherever it turns up in a text, as drivers like to quote what they got. */
export class Scrubber {
  /** Longest first: one secret may contain another. */
  #spellings: readonly string[] = [];

  constructor(settings: unknown) {
    this.learn(settings);
  }

  /** The secrets of these settings, too; those known before stay, as an old password may work on. */
  learn(settings: unknown): void {
    const found = [...secretsIn(settings)].flatMap(spellingsOf);
    const added = found.filter((spelling) => !this.#spellings.includes(spelling));
    if (added.length === 0) return;
    this.#spellings = [...new Set([...this.#spellings, ...added])].toSorted((a, b) => b.length - a.length);
  }

  /** Needs no `this`, so that it can be handed to a log. */
  readonly scrub = (text: string): string =>
    this.#spellings.reduce((result, secret) => result.replaceAll(secret, '[secret]'), text);
}

/**
 * As it is, in a URL, in JSON, as `inspect` quotes it, and each of these quoted once more: the log writes JSON, and
 * quotes errors that quote something. A key of several lines is printed line by line, as often as not indented.
 */
function spellingsOf(secret: string): string[] {
  if (secret.length < shortestSecret) return [];
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= shortestLine);
  const once = [secret, ...lines].flatMap((text) => [text, encodeURIComponent(text), ...quotings(text)]);
  return [...once, ...once.flatMap(quotings)];
}

function quotings(text: string): string[] {
  return [JSON.stringify(text), inspect(text)].map((quoted) => quoted.slice(1, -1));
}

function* secretsIn(value: unknown): Generator<string> {
  if (value instanceof Secret) yield value.reveal();
  else if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) yield* secretsIn(child);
  }
}
