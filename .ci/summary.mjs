// Prints the closing line of CI from vitest's JSON report; fails when no test ran.
import { readFileSync } from 'node:fs';

const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
  readFileSync(process.argv[2], 'utf8'),
);
const failed = numFailedTests + (numFailedTests === 0 ? numFailedTestSuites : 0);
console.log(
  `${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`,
);
process.exit(failed > 0 || numPassedTests === 0 ? 1 : 0);
