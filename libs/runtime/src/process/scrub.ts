import { Secret } from '#libs/settings';

/** Shorter ones would turn ordinary words into `[secret]`, and are no secrets. */
const shortestSecret = 4;

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

/** As it is, in JSON, in JSON inside a text of JSON (an error that quotes some, in a log line), and in a URL. */
function spellingsOf(secret: string): string[] {
  if (secret.length < shortestSecret) return [];
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [secret, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(secret)];
}

function* secretsIn(value: unknown): Generator<string> {
  if (value instanceof Secret) yield value.reveal();
  else if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) yield* secretsIn(child);
  }
}
