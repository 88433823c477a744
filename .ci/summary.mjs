// Prints the closing line of CI from vitest's JSON reports; fails when one of them ran no test. The first report has
// every test, the others longer rounds of some of them: those count where they fail.
import { readFileSync } from 'node:fs';

const [all, ...longer] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));

const failuresOf = ({ numFailedTests, numFailedTestSuites }) =>
  numFailedTests + (numFailedTests === 0 ? numFailedTestSuites : 0);
const failed = [all, ...longer].map(failuresOf).reduce((sum, failures) => sum + failures, 0);
const skipped = all.numPendingTests > 0 ? `, ${all.numPendingTests} skipped` : '';
console.log(`${all.numPassedTests} passed, ${failed} failed${skipped}`);

const ranNothing = [all, ...longer].some((report) => report.numPassedTests + report.numFailedTests === 0);
process.exit(failed > 0 || ranNothing ? 1 : 0);
