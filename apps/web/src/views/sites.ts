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

  #make(options: AppSite): Site {
    const filters = { asset: (name: unknown) => this.assets.url(String(name)) };
    const site = new Site({ ...options, filters });
    this.#made.set(options, site);
    return site;
  }
}
