import { Body, Controller, Get, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignedIn } from '../accounts/signed-in.guard.js';
import { pageId } from '../pages/page-input.js';
import { SlugTaken, UnknownSite } from '../pages/page-errors.js';
import type { Page } from '../pages/page.entity.js';
import { PagesService } from '../pages/pages.service.js';
import { noticeOf } from './notices.js';
import { PageEditorView } from './page-editor.view.js';
import { emptyForm, formOf, parseForm, readForm, type FormErrors, type PageForm } from './page-form.js';

interface Submission {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly page: Page | null;
  readonly form: PageForm;
  /** The button: `save`, `publish` or `unpublish`. */
  readonly action: string;
}

/** Writing a page: forms that work without JavaScript, and say beside each field what does not fit. */
@Controller('admin/pages')
@UseGuards(SignedIn)
export class PageEditorController {
  constructor(
    private readonly pages: PagesService,
    private readonly view: PageEditorView,
  ) {}

  @Get('new')
  async blank(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    return this.view.send({ request, reply }, { page: null, form: emptyForm });
  }

  @Post()
  async create(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    return this.#submit({ request, reply, page: null, form: readForm(body), action: actionOf(body) });
  }

  @Get(':id')
  async edit(
    @Param('id', { schema: pageId }) id: string,
    @Query('done') done: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    const page = await this.pages.get(id);
    return this.view.send({ request, reply }, { page, form: formOf(page), notice: noticeOf(done) });
  }

  @Post(':id')
  async save(
    @Param('id', { schema: pageId }) id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    const page = await this.pages.get(id);
    return this.#submit({ request, reply, page, form: readForm(body), action: actionOf(body) });
  }

  async #submit(submission: Submission): Promise<FastifyReply> {
    const parsed = parseForm(submission.form);
    if ('errors' in parsed) return this.#refuse(submission, parsed.errors);
    try {
      const saved =
        submission.page === null
          ? await this.pages.create(parsed.input)
          : await this.pages.update(submission.page.id, parsed.input);
      const done = await this.#carryOut(submission, saved);
      return submission.reply.redirect(`/admin/pages/${saved.id}?done=${done}`, 303);
    } catch (error) {
      if (!(error instanceof SlugTaken || error instanceof UnknownSite)) throw error;
      return this.#refuse(submission, error.fields);
    }
  }

  async #carryOut({ page, action }: Submission, saved: Page): Promise<string> {
    if (action === 'publish') {
      await this.pages.publish(saved.id, new Date());
      return 'published';
    }
    if (action === 'unpublish') {
      await this.pages.unpublish(saved.id);
      return 'unpublished';
    }
    return page === null ? 'created' : 'saved';
  }

  #refuse({ request, reply, page, form }: Submission, errors: FormErrors): Promise<FastifyReply> {
    reply.code(422);
    return this.view.send({ request, reply }, { page, form, errors });
  }
}

function actionOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'action' in body ? String(body.action) : 'save';
}
