import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LiquidError, RenderError } from 'liquidjs';
import { describeError, type ErrorDescription } from '../errors/error-description.js';
import { Menu } from '../pages/menu.service.js';
import type { Site } from '../views/site.js';
import { Sites } from '../views/sites.js';
import { SiteViews } from './site-views.js';

/** Answers what went wrong: JSON below /api, else a page in the site's own design. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');

  constructor(
    private readonly views: SiteViews,
    private readonly menu: Menu,
    private readonly sites: Sites,
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const description = describeError(error);
    if (description.status >= 500) this.#log(request, error);
    // A stream that broke on its way has sent its head already; all that is left is to end it.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    await this.#answer({ request, reply, cause: error }, description);
  }

  async #answer(
    { request, reply, cause }: { request: FastifyRequest; reply: FastifyReply; cause: unknown },
    description: ErrorDescription,
  ): Promise<void> {
    const { status, ...error } = description;
    reply.code(status).header('cache-control', 'no-store');
    if (status === 503) reply.header('retry-after', '5');
    // A guard that redirects has set where to.
    if (status < 400) {
      await reply.send();
      return;
    }
    if (!wantsHtml(request)) {
      // Said, not left to Fastify: a handler that answers HTML has set its type before it failed.
      await reply.type('application/json; charset=utf-8').send({ error });
      return;
    }
    const page = await this.#page(request, { description, cause });
    await reply.type('text/html; charset=utf-8').send(page);
  }

  async #page(
    request: FastifyRequest,
    { description, cause }: { description: ErrorDescription; cause: unknown },
  ): Promise<string> {
    const template = description.status === 404 ? 'errors/404' : 'errors/error';
    const model = { error: { ...description, reference: request.id } };
    try {
      const menu = description.status >= 500 ? [] : await this.menu.items(this.sites.of(request));
      return await this.views.renderWith({ request, menu }, template, model);
    } catch (error) {
      // A layout that is broken breaks the error page too: said once, it is said.
      if (textOf(error) !== textOf(cause)) this.#log(request, error);
      return plainPage(this.sites.of(request), description);
    }
  }

  #log(request: FastifyRequest, error: unknown): void {
    const path = request.url.split('?', 1)[0];
    const site = `site ${this.sites.of(request).name}`;
    this.logger.error(`${request.method} ${request.host}${path} (${site}, ${request.id}): ${logText(error)}`);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Of a template: its file, line and the lines around it. Where in Liquid it came out helps nobody who writes templates. */
function logText(error: unknown): string {
  if (LiquidError.is(error)) {
    const { originalError: cause } = error;
    const isOurs = cause !== undefined && !LiquidError.is(cause) && error instanceof RenderError;
    return [error.message, error.context, ...(isOurs ? [cause.stack ?? cause.message] : [])].join('\n');
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function wantsHtml(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? '*/*';
  return !/^\/api(\/|\?|$)/.test(request.url) && (accept.includes('text/html') || accept.includes('*/*'));
}

/** When the site's own error page is what is broken: its colours and name are left. */
function plainPage({ settings, plainStyle }: Site, { status, message }: ErrorDescription): string {
  const title = escapeHtml(settings.title);
  return `<!doctype html>
<html lang="${settings.locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${status} · ${title}</title><link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="${plainStyle.base}"><link rel="stylesheet" href="${plainStyle.colors}"></head>
<body><main id="content"><div class="error-page"><p class="error-code" aria-hidden="true">${status}</p><h1>${escapeHtml(message)}</h1><p class="lead">${title}</p></div></main></body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
