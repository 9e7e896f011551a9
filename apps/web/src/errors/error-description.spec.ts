import { BadGatewayException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { PageNotFound, SlugTaken } from '../pages/page-errors.js';
import { describeError } from './error-description.js';

describe('what a caller is told of an error', () => {
  it('is nothing of an error inside', () => {
    const error = new Error('password of the database is hunter2');
    expect(describeError(error)).toEqual({
      status: 500,
      code: 'INTERNAL',
      message: 'Something went wrong on our side.',
    });
  });

  it.each([{ code: 'ECONNREFUSED', syscall: 'connect' }, { code: '57P03' }])(
    'is that it may try again where the database is away: %j',
    (properties) => {
      const error = Object.assign(new Error('connect ENOENT /run/postgres'), properties);
      expect(describeError(error)).toEqual({
        status: 503,
        code: 'UNAVAILABLE',
        message: 'This site cannot answer for the moment. Please try again shortly.',
      });
    },
  );

  it('is nothing that a server error carries', () => {
    expect(describeError(new BadGatewayException({ code: 'X', message: 'inside' })).message).toBe(
      'Something went wrong on our side.',
    );
  });

  it('does not repeat the address that was asked for', () => {
    expect(describeError(new NotFoundException('Cannot GET /<script>'))).toEqual({
      status: 404,
      code: 'NOT_FOUND',
      message: 'There is nothing at this address.',
    });
  });

  it('is the code and the fields of our own errors', () => {
    expect(describeError(new PageNotFound())).toEqual({
      status: 404,
      code: 'PAGE_NOT_FOUND',
      message: 'There is no such page.',
    });
    expect(describeError(new SlugTaken('about'))).toEqual({
      status: 409,
      code: 'SLUG_TAKEN',
      message: 'slug: another page has the address "about".',
      fields: { slug: 'another page has the address "about"' },
    });
  });
});
