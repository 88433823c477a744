import { startWorldOnPort } from '#test/support/gitlab-world.ts';
import { describeAdapter } from './gitlab-adapter-contract.ts';

describeAdapter('the sandbox on a port', startWorldOnPort);
