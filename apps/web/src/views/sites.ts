import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppPaths, InjectSettings } from '#libs/runtime';
import { Assets } from './assets.js';
import { Site } from './site.js';
import type { SiteSettings, ThemeSettings } from './site.settings.js';

/** Which site a request is for. */
@Injectable()
export class Sites {
  readonly #only: Site;

  constructor(
    paths: AppPaths,
    assets: Assets,
    @InjectSettings('site') site: SiteSettings,
    @InjectSettings('theme') theme: ThemeSettings,
    @InjectSettings('features') features: Readonly<Record<string, boolean>>,
  ) {
    const filters = { asset: (name: unknown) => assets.url(String(name)) };
    this.#only = new Site({ site, theme, features, templateRoots: paths.templateRoots, filters });
  }

  of(_request: FastifyRequest): Site {
    return this.#only;
  }
}
