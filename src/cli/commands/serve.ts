import type { Command } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';

export const command: Command = {
  name: 'serve',
  summary: 'the webhook service: receive, verify, store, reconcile',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {},
  details: [
    'Receives webhooks of GitLab (POST /webhooks/gitlab) and of a CRM (POST /webhooks/crm), verifies them, stores them durably, answers, and brings the engagements they name in order within a second. Sweeps every five minutes for what no webhook told. /healthz, /readyz and /metrics are for those who run it.',
    'Needs GITLAB_URL, GITLAB_TOKEN, GITLAB_WEBHOOK_SECRETS and CRM_WEBHOOK_SECRETS, and procession.yml. Listens on HOST (default 127.0.0.1) and PORT (default 3000); deliveries are kept in PROCESSION_DATA (default data). Ends on SIGTERM or Ctrl-C: stops accepting, finishes what is begun.',
    'Exit codes: 0 ended as asked, 2 settings are missing or wrong, 75 the store cannot be opened.',
  ].join('\n\n'),
  examples: ['procession serve', 'HOST=0.0.0.0 PORT=8080 procession serve'],
  run: async ({ wire, output, untilInterrupted }) => {
    const service = await wire.serve();
    output.note(`Procession listens on ${service.url}. Ctrl-C ends it.`);
    await untilInterrupted();
    await service.close();
    return EXIT.done;
  },
};
