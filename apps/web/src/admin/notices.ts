/** What an admin page says after a redirect: the address carries only the word. */
const notices: Readonly<Record<string, string>> = {
  saved: 'Saved.',
  created: 'The draft is saved. Visitors do not see it yet.',
  published: 'Published. Visitors see it now.',
  unpublished: 'It is a draft again. Visitors no longer see it.',
  deleted: 'Deleted.',
};

export function noticeOf(word: string | undefined): string | undefined {
  return word !== undefined && Object.hasOwn(notices, word) ? notices[word] : undefined;
}
