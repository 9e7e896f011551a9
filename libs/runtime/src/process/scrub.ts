import { Secret } from '#libs/settings';

/** Shorter ones would turn ordinary words into `[secret]`, and are no secrets. */
const shortestSecret = 4;

/** Replaces each secret of the settings, wherever it turns up in a text, as drivers like to quote what they got. */
export function createScrubber(settings: unknown): (text: string) => string {
  const spellings = [...secretsIn(settings)].flatMap((secret) =>
    secret.length < shortestSecret
      ? []
      : [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)],
  );
  // Longest first: one secret may contain another.
  const unique = [...new Set(spellings)].toSorted((a, b) => b.length - a.length);
  return (text) => unique.reduce((result, secret) => result.replaceAll(secret, '[secret]'), text);
}

function* secretsIn(value: unknown): Generator<string> {
  if (value instanceof Secret) yield value.reveal();
  else if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) yield* secretsIn(child);
  }
}
