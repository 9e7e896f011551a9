/** Markup that is safe to insert as it is. */
export class Markup {
  constructor(readonly source: string) {}
  toString(): string {
    return this.source;
  }
}

/** Escapes what is inserted, unless it is markup. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | readonly Markup[])[]
): Markup {
  const parts = values.map((value) => (typeof value === 'string' ? escape(value) : value.join('\n')));
  return new Markup(strings.map((text, index) => `${text}${parts[index] ?? ''}`).join(''));
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
