/** Whose file it is: without a tenant, the whole home's. */
export interface FileOwner {
  readonly home: string;
  readonly tenant?: string | undefined;
}

const command = 'Written by `tenantry hosting generate` for';

/**
 * The line that every generated file begins with (a script has it after `#!`). By it a file is recognised as ours, and
 * as of a tenant whose files are to be left alone. Without the comment sign, which differs between programs.
 */
export function headerOf({ home, tenant }: FileOwner): string {
  return `${command} ${tenant === undefined ? '' : `${tenant} in `}${home}; changes here are lost.`;
}

/** Of a file that this command wrote; undefined for one of somebody else. */
export function ownerOf(text: string): FileOwner | undefined {
  const line = text.split('\n', 2).find((each) => each.includes(command));
  const found = line && /generate` for (?:([a-z][a-z0-9-]*) in )?(\/.*); changes here are lost\./.exec(line);
  if (!found) return undefined;
  return { home: found[2] ?? '', tenant: found[1] };
}

const pageOf = /^hosting\/[a-z]+\/pages\/(?:_[a-z]+|([a-z][a-z0-9-]*)(?:\.[a-z0-9-]+)?)\//;

/**
 * As `ownerOf`, for a file below a home. Pages that visitors get have no header, which would tell them about the host:
 * whose they are says their folder, which is ours alone.
 */
export function ownerOfFile(
  file: { readonly path: string; readonly text: string },
  home: string,
): FileOwner | undefined {
  const page = pageOf.exec(file.path);
  return page === null ? ownerOf(file.text) : { home, tenant: page[1] };
}
