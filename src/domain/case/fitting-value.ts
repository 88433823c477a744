import type { EvidenceField } from '#domain/process/process.ts';

/**
 * Makes a value that the field accepts.
 *
 * @param today a date; what has happened happens on that day
 */
export function fittingValue({ kind, choices }: EvidenceField, today: string): string {
  switch (kind) {
    case 'date':
      return today;
    case 'url':
      return 'https://drive.example.com/record';
    case 'amount':
      return 'EUR 1200';
    case 'sow':
      return 'SOW-1';
    case 'slot':
      return 'Tue 10:00';
    case 'number':
      return '12';
    case 'choice':
      return choices?.[0] ?? 'yes';
    case 'person':
    case 'text':
      return 'Ada Example';
  }
}
