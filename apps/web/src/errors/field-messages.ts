/** What a Standard Schema says is wrong. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Of several issues with one field, the first counts. An issue with the whole is under the empty name. */
export function fieldMessages(issues: readonly Issue[]): Record<string, string> {
  const messages: Record<string, string> = {};
  for (const issue of issues) {
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
    const unknown = unknownKeys(issue);
    for (const key of unknown) messages[[...path, key].join('.')] ??= 'there is no such field';
    if (unknown.length === 0) messages[path.join('.')] ??= issue.message;
  }
  return messages;
}

/** Zod tells of all unknown keys in one issue of the object around them. */
function unknownKeys(issue: object): readonly string[] {
  return 'keys' in issue && Array.isArray(issue.keys) ? issue.keys.map(String) : [];
}
