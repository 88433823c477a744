import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '#domain/base/errors.ts';
import { Secret } from '#domain/base/secret.ts';
import { requireSecrets } from '#service/require-secrets.ts';

const good = new Secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);

function problems(gitlab: readonly Secret[], crm: readonly Secret[]): string {
  try {
    requireSecrets({ gitlabWebhookSecrets: gitlab, crmWebhookSecrets: crm });
    return 'none';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
}

describe('service/require-secrets', () => {
  it('names every variable that is missing, and how to make a secret', () => {
    const text = problems([], []);

    expect(text).toContain('GITLAB_WEBHOOK_SECRETS');
    expect(text).toContain('CRM_WEBHOOK_SECRETS');
    expect(text).toContain('openssl rand -base64 32');
  });

  it('wants a key that can sign for the CRM, and never shows the one it got', () => {
    const text = problems([new Secret('plain')], [good, new Secret('canary-plain')]);

    expect(text).toContain('CRM_WEBHOOK_SECRETS: number 2');
    expect(text).not.toContain('canary');
  });

  it('does without the secrets of a source that is not used', () => {
    expect(problems([good], [])).toBe('none');
    expect(problems([], [good])).toBe('none');
  });

  it('takes plain secrets and signing tokens for GitLab', () => {
    expect(problems([new Secret('plain'), good], [good])).toBe('none');
  });
});

describe('secrets in src/service', () => {
  const folder = join(import.meta.dirname, '../../../src/service');
  /** `===` ends at the first character that differs, and how long that takes can be measured. */
  const NAMES = 'mac|digest|signature|token|secret|key|known';
  const UNSAFE = new RegExp(`\\b(?:${NAMES})\\s*[!=]==?|[!=]==?\\s*(?:${NAMES})\\b`, 'iu');
  /** Whether there is something at all may be asked. */
  const isUnsafe = (line: string): boolean =>
    UNSAFE.test(line.replaceAll(/[!=]==?\s*(?:undefined|null|'')/gu, ''));

  it('are never compared with ===', () => {
    const files = readdirSync(folder).filter((file) => /^(?:verify|signing|standard)/u.test(file));
    const lines = files.flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter(isUnsafe)
        .map((line) => `${file}: ${line.trim()}`),
    );

    expect(files.length).toBeGreaterThan(3);
    expect(lines).toEqual([]);
  });

  it.each(['if (token === known) return', 'return mac.equals(x) || signature == mac', 'digest !== other'])(
    'would be seen in: %s',
    (line) => {
      expect(isUnsafe(line)).toBe(true);
    },
  );
});
