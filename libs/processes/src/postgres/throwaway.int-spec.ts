import { describe, expect, it } from '@jest/globals';
import { testServer } from '../../../../tests/support/test-postgres.js';

describe('the server of this test run', () => {
  it('is published to the workers', () => {
    expect(testServer().host).toContain('/');
  });
});
