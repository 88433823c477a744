import type { EvidenceField } from '#domain/process/process.ts';

/** A value that the field accepts. */
export function fittingValue({ kind, choices }: EvidenceField): string {
  switch (kind) {
    case 'date':
      return '2026-12-01';
    case 'url':
      return 'https://drive.example.com/record';
    case 'amount':
      return 'EUR 1200';
    case 'number':
      return '12';
    case 'choice':
      return choices?.[0] ?? 'yes';
    case 'person':
    case 'text':
      return 'Ada Example';
  }
}
