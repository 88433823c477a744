import { writeFileSync, mkdirSync } from 'node:fs';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { deliveryEngine, sampleSow } from './test/support/engagement.ts';
import { startWorldOnPort } from './test/support/gitlab-world.ts';
const world = await startWorldOnPort();
const deps = await deliveryEngine(world.gitlab);
const sow = await sampleSow('SOW-1042');
for (let n = 1; n <= 50; n += 1) { const number = `SOW-${n}`; await reconcile(deps, number, { sow: { ...sow, sow: { ...sow.sow, number } }, process: 'delivery' }); }
mkdirSync('/tmp/cw', { recursive: true });
writeFileSync('/tmp/cw/procession.yml', 'gitlab: { group: services, project: services/engagements }\n');
writeFileSync('/tmp/cw/env', `export GITLAB_URL=${world.url} GITLAB_TOKEN=${world.seed.bot.token}\n`);
console.log('ready');
setInterval(() => {}, 1e6);
