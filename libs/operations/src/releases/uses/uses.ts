import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { HomePaths } from '#libs/settings';

export type UseKind = 'current' | 'good' | 'pin' | 'hold' | 'process' | 'deploy' | 'run' | 'lock' | 'new';

/** Something for which a release has to stay. */
export interface Use {
  readonly kind: UseKind;
  /** After "because": `acme is pinned to it (tenants/acme/settings.yaml:3)`. */
  readonly text: string;
  readonly tenant?: string;
  readonly pid?: number;
}

/** What is known about who uses which release. */
export class Uses {
  readonly #uses = new Map<string, Use[]>();

  constructor(private readonly paths: Pick<HomePaths, 'releases'>) {}

  add(id: string, use: Use): void {
    const name = this.#realName(id);
    const known = this.#uses.get(name) ?? [];
    if (!known.some(({ text }) => text === use.text)) this.#uses.set(name, [...known, use]);
  }

  of(id: string): readonly Use[] {
    return this.#uses.get(this.#realName(id)) ?? [];
  }

  /** A name may be a link to another: nobody knows by which of both the release is used. */
  #realName(id: string): string {
    try {
      return basename(realpathSync(join(this.paths.releases, id)));
    } catch {
      return id;
    }
  }
}
