import MarkdownIt, { type Token } from 'markdown-it';

// HTML stays text: who may edit a page need not be trusted with scripts on it.
const markdown = new MarkdownIt({ html: false, linkify: true, typographer: true });

const renderImage = markdown.renderer.rules.image;
markdown.renderer.rules.image = (tokens, index, ...rest) => {
  tokens[index]?.attrSet('loading', 'lazy');
  tokens[index]?.attrSet('decoding', 'async');
  return renderImage?.(tokens, index, ...rest) ?? '';
};

/** Where a text is shown. */
export interface Rendering {
  /** Otherwise pictures below `/media/` are left out, and of links to there the words stay. */
  readonly servesMedia: boolean;
}

markdown.core.ruler.push('without-media', ({ env, tokens }) => {
  if ((env as Partial<Rendering>).servesMedia !== false) return;
  for (const token of tokens) if (token.children) token.children = withoutMedia(token.children);
  // What was only a picture would be an empty paragraph.
  const isEmpty = (index: number): boolean =>
    tokens[index - 1]?.type === 'paragraph_open' && tokens[index]?.children?.length === 0;
  const around = tokens.filter((_token, index) => ![-1, 0, 1].some((offset) => isEmpty(index + offset)));
  tokens.splice(0, tokens.length, ...around);
});

function withoutMedia(tokens: readonly Token[]): Token[] {
  const open: boolean[] = [];
  return tokens.filter((token) => {
    if (token.type === 'image') return !isMedia(token.attrGet('src'));
    if (token.type === 'link_open') open.push(isMedia(token.attrGet('href')));
    if (token.type === 'link_open') return open.at(-1) === false;
    return token.type !== 'link_close' || open.pop() === false;
  });
}

function isMedia(address: unknown): boolean {
  return typeof address === 'string' && address.startsWith('/media/');
}

/** Safe HTML of a Markdown text. */
export function renderMarkdown(text: string, { servesMedia }: Rendering = { servesMedia: true }): string {
  return markdown.render(text, { servesMedia });
}
