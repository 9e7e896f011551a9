import {
  BadRequestException,
  ConflictException,
  NotFoundException,
  UnauthorizedException,
} from '@nestjs/common';

export class PageNotFound extends NotFoundException {
  constructor() {
    super({ code: 'PAGE_NOT_FOUND', message: 'There is no such page.' });
  }
}

export class DraftsAreHidden extends UnauthorizedException {
  constructor() {
    super({ code: 'NOT_SIGNED_IN', message: 'Drafts are shown to who is signed in.' });
  }
}

/** A page can belong to a site that there is, or to all. */
export class UnknownSite extends BadRequestException {
  readonly fields: Readonly<Record<string, string>>;

  constructor(names: readonly string[]) {
    const message = `expected ${names.map((name) => `"${name}"`).join(', ')} or null`;
    const fields = { site: message };
    super({ code: 'INVALID_INPUT', message: `site: ${message}.`, fields });
    this.fields = fields;
  }
}

/** Two pages of one site cannot have one address. */
export class SlugTaken extends ConflictException {
  readonly fields: Readonly<Record<string, string>>;

  constructor(slug: string) {
    const message = `another page has the address "${slug}"`;
    const fields = { slug: message };
    super({ code: 'SLUG_TAKEN', message: `slug: ${message}.`, fields });
    this.fields = fields;
  }
}
