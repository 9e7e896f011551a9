import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppSites, type AppSite } from '#libs/runtime';
import { Assets } from './assets.js';
import { Site } from './site.js';

/** Which site a request is for. */
@Injectable()
export class Sites {
  readonly #made = new Map<AppSite, Site>();

  constructor(
    private readonly sites: AppSites,
    private readonly assets: Assets,
  ) {}

  of(request: FastifyRequest): Site {
    const options = this.sites.find(request.host);
    const made = this.#made.get(options) ?? this.#make(options);
    return made;
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
    const site = new Site({ ...options, filters });
    this.#made.set(options, site);
    return site;
  }
}
