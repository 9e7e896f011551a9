import { Injectable, type INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { InjectSettings } from '#libs/runtime';
import type { SiteSettings } from '../views/site.settings.js';

/** The OpenAPI document, made when it is first asked for. */
@Injectable()
export class ApiDocs {
  #app: INestApplication | undefined;
  #document: Promise<OpenAPIObject> | undefined;

  constructor(@InjectSettings('site') private readonly site: SiteSettings) {}

  /** The document describes the whole application, which no provider can have injected. */
  describe(app: INestApplication): void {
    this.#app = app;
  }

  document(): Promise<OpenAPIObject> {
    this.#document ??= this.#create();
    return this.#document;
  }

  async #create(): Promise<OpenAPIObject> {
    if (this.#app === undefined) throw new TypeError('ApiDocs.describe(app) was not called.');
    // @nestjs/swagger takes longer to load than the rest of the application; a start must not wait for it.
    const { createOpenApiDocument } = await import('./openapi-document.js');
    return createOpenApiDocument(this.#app, this.site.title);
  }
}
