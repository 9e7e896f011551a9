import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Like, Repository } from 'typeorm';
import { MediaItem } from '../media/media-item.entity.js';
import type { Page } from '../pages/page.entity.js';
import { adminPage, mediaUrl, pageUrl } from '../pages/page-view.js';
import { pagesSection } from '../pages/pages.settings.js';
import { Sites } from '../views/sites.js';
import { Views } from '../views/views.js';
import { errorList, type FormErrors, type PageForm } from './page-form.js';

export interface EditorState {
  /** `null` while it was never saved. */
  readonly page: Page | null;
  readonly form: PageForm;
  readonly errors?: FormErrors;
  readonly notice?: string | undefined;
}

const picturesShown = 60;

/** The editor as a page. */
@Injectable()
export class PageEditorView {
  constructor(
    private readonly views: Views,
    private readonly sites: Sites,
    @InjectRepository(MediaItem) private readonly media: Repository<MediaItem>,
  ) {}

  async send(
    { request, reply }: { request: FastifyRequest; reply: FastifyReply },
    { page, form, errors = {}, notice }: EditorState,
  ): Promise<FastifyReply> {
    const list = errorList(errors);
    const html = await this.views.render(request, 'admin/page-form', {
      page:
        page === null
          ? null
          : { ...adminPage(page), href: this.sites.urlAt(request, page.site, pageUrl(page)) },
      sites: this.sites.choices,
      ...{ form, errors, notice, errorList: list, hasErrors: list.length > 0 },
      images: await this.#images(form.heroPath),
      newsTitle: this.sites.of(request).section(pagesSection).newsTitle,
    });
    return reply.type('text/html; charset=utf-8').send(html);
  }

  /** The newest pictures; the chosen one first, also when it is too old to be among them. */
  async #images(chosen: string): Promise<{ path: string; url: string; alt: string }[]> {
    const items = await this.media.find({
      select: { path: true, alt: true },
      where: { path: Like('public/%'), contentType: Like('image/%') },
      order: { createdAt: 'DESC', id: 'ASC' },
      take: picturesShown,
    });
    const images = items.map(({ path, alt }) => imageOf(path.slice('public/'.length), alt));
    const others = images.filter((image) => image.path !== chosen);
    if (chosen === '') return images;
    return [images.find((image) => image.path === chosen) ?? imageOf(chosen, ''), ...others];
  }
}

function imageOf(path: string, alt: string): { path: string; url: string; alt: string } {
  return { path, url: mediaUrl(path), alt };
}
