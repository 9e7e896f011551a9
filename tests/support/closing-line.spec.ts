import { describe, expect, it } from '@jest/globals';
import { closingText } from './closing-line.js';

const suite = (...tests: { status: string; fullName: string }[]) => ({
  testFilePath: 'a.spec.js',
  testResults: tests,
});

describe('the closing line of npm test', () => {
  it('counts what passed and failed', () => {
    const results = { numPassedTests: 3, numFailedTests: 1, numRuntimeErrorTestSuites: 0, testResults: [] };
    expect(closingText(results)).toBe('3 passed, 1 failed\n');
  });

  it('counts a suite that could not start as failed', () => {
    const results = { numPassedTests: 3, numFailedTests: 0, numRuntimeErrorTestSuites: 2, testResults: [] };
    expect(closingText(results)).toBe('3 passed, 2 failed\n');
  });

  it('names each skipped test before the line that counts them', () => {
    const results = {
      numPassedTests: 1,
      numFailedTests: 0,
      numRuntimeErrorTestSuites: 0,
      testResults: [
        suite({ status: 'passed', fullName: 'a' }, { status: 'pending', fullName: 'b (needs chromium)' }),
      ],
    };
    expect(closingText(results)).toBe('SKIPPED  b (needs chromium)\n1 passed, 0 failed, 1 skipped\n');
  });
});
