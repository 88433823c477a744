import { tellBroken } from '#cli/targets/broken-processes.ts';
import type { Command } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { portOf } from '#cli/terminal/port.ts';

export const command: Command = {
  name: 'serve',
  summary: 'the webhook service: receive, verify, store, reconcile',
  usage: '[--port <n>]',
  positionals: { min: 0, max: 0 },
  options: { port: { type: 'string', placeholder: 'n', help: 'The port to listen on, in place of PORT' } },
  details: [
    'Receives webhooks of GitLab (POST /webhooks/gitlab) and of a CRM (POST /webhooks/crm), verifies them, stores them durably, answers, and brings the engagements they name in order within a second. Sweeps every five minutes for what no webhook told. /healthz, /readyz and /metrics are for those who run it.',
    'Needs GITLAB_URL, GITLAB_TOKEN and procession.yml, and a secret of each webhook that is used: GITLAB_WEBHOOK_SECRETS, CRM_WEBHOOK_SECRETS. A webhook without a secret is off, and says so. Listens on HOST (default 127.0.0.1) and PORT (default 3000); deliveries are kept in PROCESSION_DATA (default data). Ends on SIGTERM or Ctrl-C: stops accepting, finishes what is begun.',
    'A process that has problems is told at the start and in /readyz, and engagements of the others are worked on: a SOW for it becomes a dead letter.',
    'Exit codes: 0 ended as asked, 2 settings are missing or wrong or no process can be used, 75 the store cannot be opened.',
  ].join('\n\n'),
  examples: ['procession serve', 'HOST=0.0.0.0 procession serve --port 8080'],
  run: async (context) => {
    const { wire, output, untilInterrupted } = context;
    const service = await wire.serve(portOf(context, 'serve'));
    for (const sentence of service.off) output.warning(sentence);
    tellBroken(context, service);
    output.note(`Procession listens on ${service.url}. Ctrl-C ends it.`);
    await untilInterrupted();
    await service.close();
    return EXIT.done;
  },
};
