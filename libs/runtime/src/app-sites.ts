import type { Frozen, Section, SectionValue, Settings } from '#libs/settings';

import { hostOfHeader } from './http/host-patterns.js';

/** A set of hosts with one title, one look, one set of templates and one choice of feature modules. */
export interface AppSite {
  /** `main` for the one that there always is. */
  readonly name: string;
  /** Exact, or `.example.app` for that and all its subdomains. */
  readonly hosts: readonly string[];
  readonly site: Settings['site'];
  readonly theme: Settings['theme'];
  readonly features: Settings['features'];
  /** Names of the feature modules that answer at this site. */
  readonly modules: ReadonlySet<string>;
  /** Most specific first; absolute. */
  readonly templateRoots: readonly string[];
  /** A section of the application as this site has it. */
  section<S extends Section>(section: S): Frozen<SectionValue<S>>;
}

/** The sites of the application: all there are, and those that this process answers. */
export class AppSites {
  readonly #byHost: ReadonlyMap<string, AppSite>;

  constructor(
    readonly all: readonly AppSite[],
    /** At least one. */
    readonly served: readonly [AppSite, ...AppSite[]],
    /** Hosts that this process answers by sending visitors on to the first host of its first site. */
    readonly redirects: readonly string[] = [],
  ) {
    this.#byHost = new Map(served.flatMap((site) => site.hosts.map((host) => [host, site] as const)));
  }

  /** All that this process answers. */
  get hosts(): readonly string[] {
    return [...this.served.flatMap(({ hosts }) => hosts), ...this.redirects];
  }

  /** The site of a `Host` header: an exact host before the longest suffix, as the gateway decides. */
  find(header: string): AppSite {
    const [first, ...others] = this.served;
    if (others.length === 0) return first;
    const host = hostOfHeader(header) ?? '';
    const exact = this.#byHost.get(host) ?? this.#byHost.get(`.${host}`);
    if (exact !== undefined) return exact;
    for (let dot = host.indexOf('.'); dot > 0; dot = host.indexOf('.', dot + 1)) {
      const found = this.#byHost.get(host.slice(dot));
      if (found !== undefined) return found;
    }
    return first;
  }
}
