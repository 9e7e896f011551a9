import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Sites } from './sites.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What every template of this request sees beside its own model: a guard adds who is signed in. */
    viewModel?: Record<string, unknown>;
  }
}

/**
 * Renders a Liquid template for the site that a request is for. Every template sees `site`, `features`, `path`,
 * what guards put into `request.viewModel`, and the given model. Values are escaped; HTML needs `| raw`.
 */
@Injectable()
export class Views {
  constructor(private readonly sites: Sites) {}

  async render(
    request: FastifyRequest,
    template: string,
    model: Record<string, unknown> = {},
  ): Promise<string> {
    const path = request.url.split('?', 1)[0];
    return this.sites.of(request).render(template, { path, ...request.viewModel, ...model });
  }
}
