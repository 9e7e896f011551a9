import { writeSync } from 'node:fs';

interface TestResult {
  readonly status: string;
  readonly fullName: string;
}

/** The part of Jest's `AggregatedResult` that is read here. */
interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly testResults: readonly TestResult[];
  }[];
}

const skippedStates: ReadonlySet<string> = new Set(['pending', 'todo', 'disabled']);

/**
 * Jest reporter whose last line is `N passed, N failed`, with `, N skipped` where something was: for people, and for
 * scripts that read the last line. A suite that could not even start counts as failed; what was skipped is named.
 */
export default class ClosingLine {
  onRunComplete(_contexts: unknown, results: Results): void {
    const text = closingText(results);
    // At the very end: Jest's own summary and the global teardown may still print.
    process.once('exit', () => writeSync(process.stdout.fd, text));
  }
}

export function closingText(results: Results): string {
  const tests = results.testResults.flatMap((suite) => suite.testResults);
  const skipped = tests.filter((test) => skippedStates.has(test.status));
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const names = skipped.map((test) => `SKIPPED  ${test.fullName}\n`).join('');
  const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  return `${names}${results.numPassedTests} passed, ${failed} failed${tail}\n`;
}
