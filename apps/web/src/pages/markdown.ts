import MarkdownIt from 'markdown-it';

// HTML stays text: who may edit a page need not be trusted with scripts on it.
const markdown = new MarkdownIt({ html: false, linkify: true, typographer: true });

const renderImage = markdown.renderer.rules.image;
markdown.renderer.rules.image = (tokens, index, ...rest) => {
  tokens[index]?.attrSet('loading', 'lazy');
  tokens[index]?.attrSet('decoding', 'async');
  return renderImage?.(tokens, index, ...rest) ?? '';
};

/** Safe HTML of a Markdown text. */
export function renderMarkdown(text: string): string {
  return markdown.render(text);
}
