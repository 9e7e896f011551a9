import { ConflictException, NotFoundException, UnauthorizedException } from '@nestjs/common';

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

/** Two pages cannot have one address. */
export class SlugTaken extends ConflictException {
  readonly fields: Readonly<Record<string, string>>;

  constructor(slug: string) {
    const message = `another page has the address "${slug}"`;
    const fields = { slug: message };
    super({ code: 'SLUG_TAKEN', message: `slug: ${message}.`, fields });
    this.fields = fields;
  }
}
