import { describe, expect, it } from '@jest/globals';
import { SettingsError } from '#libs/settings';
import { describeError, errorDocument } from './errors.js';

const error = new SettingsError(
  'tenants/acme/settings.yaml:7: http.port: expected an integer, found "80a".',
  {
    tenant: 'acme',
    file: 'tenants/acme/settings.yaml',
    line: 7,
    hint: 'Correct it.',
  },
);

describe('an error', () => {
  it('is one line with what to do next, without a stack trace', () => {
    expect(describeError(error, false)).toBe(
      'tenants/acme/settings.yaml:7: http.port: expected an integer, found "80a". Correct it.',
    );
  });

  it('shows its stack trace on request, and always when it is a bug', () => {
    expect(describeError(error, true)).toContain('    at ');
    expect(describeError(new TypeError('x is undefined'), false)).toMatch(
      /this is a bug: TypeError: x is undefined[^]* at /,
    );
  });

  it('has stable keys in JSON', () => {
    expect(errorDocument(error)).toEqual({
      error: {
        code: 'SETTINGS',
        message: error.message,
        hint: 'Correct it.',
        tenant: 'acme',
        file: 'tenants/acme/settings.yaml',
        line: 7,
      },
    });
  });
});
