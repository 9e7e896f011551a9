import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppPaths, AppSites, type AppSite } from '#libs/runtime';
import { Assets } from './assets.js';
import { Site } from './site.js';
import { templateState } from './template-state.js';

/** While templates are written: how old a look at them may be. Nobody reloads a page sooner after saving. */
const lookMs = 50;

interface Made {
  readonly site: Site;
  readonly state: string;
  checkedAt: number;
}

/** Which site a request is for. */
@Injectable()
export class Sites {
  readonly #made = new Map<AppSite, Made>();

  constructor(
    private readonly sites: AppSites,
    private readonly assets: Assets,
    private readonly paths: AppPaths,
  ) {}

  of(request: FastifyRequest): Site {
    const options = this.sites.find(request.host);
    const made = this.#made.get(options);
    if (made !== undefined && (!this.paths.isDevelopment || isUpToDate(made, options))) return made.site;
    return this.#make(options);
  }

  /** All there are, also those that another process answers. */
  get names(): readonly string[] {
    return this.sites.all.map(({ name }) => name);
  }

  /** For a form that asks which one; empty where there is nothing to choose. */
  get choices(): readonly { readonly name: string; readonly title: string }[] {
    const { all } = this.sites;
    return all.length < 2 ? [] : all.map(({ name, site }) => ({ name, title: site.title }));
  }

  /** Where visitors find a path of that site, or of every site: with a host where the request is for another one. */
  urlAt(request: FastifyRequest, name: string | null, path: string): string {
    const site = this.sites.all.find((each) => each.name === name);
    if (site === undefined || site === this.sites.find(request.host)) return path;
    if (site.site.url !== undefined) return new URL(path, site.site.url).href;
    const host = (site.hosts.find((each) => !each.startsWith('.')) ?? site.hosts[0] ?? '').replace(/^\./, '');
    const port = /:\d+$/.exec(request.host)?.[0] ?? '';
    return `${request.protocol}://${host}${port}${path}`;
  }

  #make(options: AppSite): Site {
    const filters = { asset: (name: unknown) => this.assets.url(String(name)) };
    const state = this.paths.isDevelopment ? templateState(options.templateRoots) : '';
    const site = new Site({ ...options, filters });
    this.#made.set(options, { site, state, checkedAt: performance.now() });
    return site;
  }
}

function isUpToDate(made: Made, { templateRoots }: AppSite): boolean {
  const now = performance.now();
  if (now - made.checkedAt < lookMs) return true;
  made.checkedAt = now;
  return made.state === templateState(templateRoots);
}
