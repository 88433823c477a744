/** The command table. Commands are loaded when they run, so that `--help` starts fast. */
import type { Command } from '#cli/terminal/command.ts';

/** Command in the list, loaded only when asked for. */
export interface CommandEntry {
  readonly name: string;
  /** Summary of the command, equal to the one in the command's file, which a test compares. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'one sample SOW through its whole life on a GitLab stand-in; no GitLab needed',
    load: async () => await import('#cli/commands/demo.ts'),
  },
  {
    name: 'sandbox',
    summary: 'the GitLab stand-in alone, seeded, until Ctrl-C',
    load: async () => await import('#cli/commands/sandbox.ts'),
  },
  {
    name: 'init',
    summary: 'write procession.yml, .gitlab-ci.yml and a sample SOW; asks on a terminal',
    load: async () => await import('#cli/commands/init.ts'),
  },
  {
    name: 'setup',
    summary: 'labels, boards, webhook and schedule in GitLab: made or repaired',
    load: async () => await import('#cli/commands/setup.ts'),
  },
  {
    name: 'doctor',
    summary: 'say what is wrong with the installation and how to put it right; writes nothing',
    load: async () => await import('#cli/commands/doctor.ts'),
  },
  {
    name: 'conformance',
    summary: 'prove on a scratch group that this GitLab does what Procession takes for granted',
    load: async () => await import('#cli/commands/conformance.ts'),
  },
  {
    name: 'lint',
    summary: 'check every process, template, setting and SOW file',
    load: async () => await import('#cli/commands/lint.ts'),
  },
  {
    name: 'test',
    summary: 'try the cases of processes: what the rules say in situations their authors wrote down',
    load: async () => await import('#cli/commands/test.ts'),
  },
  {
    name: 'freeze',
    summary: 'keep the rules of a process as they are, as a version that engagements can name',
    load: async () => await import('#cli/commands/freeze.ts'),
  },
  {
    name: 'versions',
    summary: 'the versions of processes: what differs between them, and who runs on which',
    load: async () => await import('#cli/commands/versions.ts'),
  },
  {
    name: 'plan',
    summary: 'show what would change in GitLab, and why',
    load: async () => await import('#cli/commands/plan.ts'),
  },
  {
    name: 'apply',
    summary: 'launch or repair one engagement',
    load: async () => await import('#cli/commands/apply.ts'),
  },
  {
    name: 'intake',
    summary: 'take in what a pipeline was triggered with: a signed SOW, or an event of GitLab',
    load: async () => await import('#cli/commands/intake.ts'),
  },
  {
    name: 'sweep',
    summary: 'repair every engagement',
    load: async () => await import('#cli/commands/sweep.ts'),
  },
  {
    name: 'migrate',
    summary: 'running engagements to another version of their process; after a move to Premium, to epics',
    load: async () => await import('#cli/commands/migrate.ts'),
  },
  {
    name: 'records',
    summary: 'seal the records in GitLab with the key of now, and take over those made before there was one',
    load: async () => await import('#cli/commands/records.ts'),
  },
  {
    name: 'hours',
    summary: 'take in the hours of a time tool, day by day',
    load: async () => await import('#cli/commands/hours.ts'),
  },
  {
    name: 'check',
    summary: 'fail when completion or order rules are broken; writes nothing to GitLab',
    load: async () => await import('#cli/commands/check.ts'),
  },
  {
    name: 'explain',
    summary: 'say why each step stands where it stands',
    load: async () => await import('#cli/commands/explain.ts'),
  },
  {
    name: 'report',
    summary: 'who is waited for, since when, and what is late, across all engagements',
    load: async () => await import('#cli/commands/report.ts'),
  },
  {
    name: 'status',
    summary: 'one screen: who is waited for, what is late, what is broken',
    load: async () => await import('#cli/commands/status.ts'),
  },
  {
    name: 'serve',
    summary: 'the webhook service: receive, verify, store, reconcile',
    load: async () => await import('#cli/commands/serve.ts'),
  },
  {
    name: 'inbox',
    summary: 'look at received deliveries; replay or drop dead ones',
    load: async () => await import('#cli/commands/inbox.ts'),
  },
  {
    name: 'audit',
    summary: 'read the audit log of the service: what came in, what was done, what came of it',
    load: async () => await import('#cli/commands/audit.ts'),
  },
  {
    name: 'completion',
    summary: 'print what makes a shell complete commands and options',
    load: async () => await import('#cli/commands/completion.ts'),
  },
];
