/** `a, b, and 3 more`: a message names the first of many. */
export function shortened(names: readonly string[], most: number, separator = ', '): string {
  const first = names.slice(0, most).join(separator);
  return names.length > most ? `${first}${separator}and ${names.length - most} more` : first;
}
