/** A word that a shell reads as it is. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Text of a unit file in which systemd finds no specifier. */
export function unitText(text: string): string {
  return text.replaceAll('%', '%%');
}

/** One word of a list in a unit file: a path may hold a space. https://www.freedesktop.org/software/systemd/man/systemd.syntax.html */
export function unitWord(text: string): string {
  const escaped = unitText(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return /^[\w./:@%+=,-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** A program of a command line in a unit file, where `$` would begin a variable. */
export function unitCommandWord(text: string): string {
  return unitWord(text).replaceAll('$', '$$$$');
}

/** A word of a command in supervisord.conf: words are split as a shell does it, `%` begins an expansion, `;` after a space a comment. */
export function supervisorWord(text: string): string {
  return shellWord(text).replaceAll('%', '%%');
}
