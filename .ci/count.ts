/**
 * Prints `N passed, N failed` from the report that vitest's JSON reporter wrote, and exits with 1 unless all is well. A test file
 * whose tests could not begin counts as a failure, and so does each failed check, whose names follow the report.
 */
import { readFileSync } from 'node:fs';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const [path, ...failedChecks] = process.argv.slice(2);
if (path === undefined) throw new Error('name the file with the report');
const report = read(path);
// Not loaded, or failed in its set-up: then no test of it ran.
const unloaded = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
);
for (const check of failedChecks) console.log(`check failed: ${check}`);
for (const { name } of unloaded) console.log(`failed before its tests: ${name}`);
if (report.numPendingTests > 0) console.log(`${report.numPendingTests} skipped`);
const failed = report.numFailedTests + unloaded.length + failedChecks.length;
console.log(`${report.numPassedTests} passed, ${failed} failed`);
if (failed > 0 || report.numPassedTests === 0) process.exitCode = 1;

/** A run that ended before it wrote its report counts as one failure. */
function read(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch (error) {
    console.log(`no report: ${String(error)}`);
    const testResults = [{ status: 'failed', name: 'the test run', assertionResults: [] }];
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults };
  }
}
