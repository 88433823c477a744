/** Loaded before a command (`node --import`): tells at its end what it took. */
import { writeSync } from 'node:fs';

const STDERR = 2;

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(STDERR, `\nusage ${(userCPUTime + systemCPUTime) / 1e6} ${maxRSS / 1024}\n`);
});
