// Prints the closing line of CI from vitest's JSON report; fails when it ran no test.
import { readFileSync } from 'node:fs';

const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests } = JSON.parse(
  readFileSync(process.argv[2], 'utf8'),
);
const failed = numFailedTests + (numFailedTests === 0 ? numFailedTestSuites : 0);
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
console.log(`${numPassedTests} passed, ${failed} failed${skipped}`);

process.exit(failed > 0 || numPassedTests + numFailedTests === 0 ? 1 : 0);
