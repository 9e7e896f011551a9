import { SettingsError } from '#libs/settings';
import { type FileOwner, headerOf } from '../../apply/header.js';

/** `head { … }`, its body indented. */
export function block(head: string, body: readonly string[]): string[] {
  return [`${head} {`, ...indent(body), '}'];
}

/** `<Head argument> … </Head>`, its body indented. */
export function section(head: string, body: readonly string[]): string[] {
  return [`<${head}>`, ...indent(body), `</${head.split(' ', 1)[0]}>`];
}

/** All three servers begin a comment with `#`. */
export function fileText(owner: FileOwner, lines: readonly string[]): string {
  return `${[`# ${headerOf(owner)}`, ...lines].join('\n')}\n`;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}

export class UnfitPath extends SettingsError {
  override readonly code = 'UNFIT_PATH';
}

// `$`, `{` and `%` begin variables in one or other of the servers, none of which can escape them everywhere; the rest
// would end the word, or the line.
const unfit = /["'\\${}%`\p{Cc}]/u;

/**
 * A path as one word of a configuration file.
 * @throws UnfitPath for characters that a server would not take literally
 */
export function quoted(path: string): string {
  const found = unfit.exec(path)?.[0];
  if (found !== undefined) {
    throw new UnfitPath(
      `${JSON.stringify(path)}: web servers do not take ${JSON.stringify(found)} in a path.`,
      {
        hint: 'Move the home, or the folder, to a path without this character.',
      },
    );
  }
  return `"${path}"`;
}
