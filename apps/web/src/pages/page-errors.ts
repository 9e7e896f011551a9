import { ConflictException, NotFoundException } from '@nestjs/common';

export class PageNotFound extends NotFoundException {
  constructor() {
    super({ code: 'PAGE_NOT_FOUND', message: 'There is no such page.' });
  }
}

/** Two pages cannot have one address. */
export class SlugTaken extends ConflictException {
  constructor(slug: string) {
    super({
      code: 'SLUG_TAKEN',
      message: `slug: another page has the address "${slug}".`,
      fields: { slug: `another page has the address "${slug}"` },
    });
  }
}
