import { describe, expect, it } from 'vitest';
import { isSealiftError } from '../../errors/sealift-error.ts';
import { waitingFor } from '../wait/wait.ts';
import { type JournalLine, readLine, storedLine } from './journal.ts';

const wait = { ...waitingFor('a machine boots'), since: '2026-11-01T00:00:00.000Z' };
const lines: readonly JournalLine[] = [
  { phase: 'intent', data: { direction: 'forward', message: 'Rolling', details: { version: '1.26.10', nodes: 3 } } },
  { phase: 'progress', data: { direction: 'back', fraction: 0.5, wait } },
  { phase: 'evidence', data: { direction: 'forward', message: 'Done', details: { checks: ['a', 'b'] } } },
  {
    phase: 'failure',
    data: { direction: 'forward', failure: { code: 'INTERNAL', message: 'm', hint: 'h', next: 'fatal' } },
  },
  { phase: 'state', data: { state: 'aborting', by: 'admin', reason: 'the window ends' } },
];

function refusal(stored: string): { code: string; message: string } | undefined {
  try {
    readLine(stored);
    return undefined;
  } catch (error) {
    return isSealiftError(error) ? { code: error.code, message: error.message } : undefined;
  }
}

describe('a line of the journal', () => {
  it.each(lines)('of phase $phase reads as it was written', (line) => {
    expect(readLine(storedLine(line))).toEqual(line);
  });

  it('that the version before wrote, without a format, is refused by name', () => {
    expect(refusal('{"message":"locked"}')).toMatchObject({ code: 'RECORD_FORMAT_OTHER' });
  });

  it('of another format is refused although it would read', () => {
    const [line] = lines;
    const stored = line === undefined ? '' : storedLine(line).replace('"format":1', '"format":2');
    expect(refusal(stored)).toMatchObject({ code: 'RECORD_FORMAT_OTHER' });
    expect(refusal(stored)?.message).toContain('format 2');
  });

  it.each([
    ['no JSON', '{"format":1'],
    ['a phase of its own', '{"format":1,"phase":"later","data":{}}'],
    ['data of another phase', '{"format":1,"phase":"state","data":{"direction":"forward"}}'],
    ['a prototype key', '{"format":1,"phase":"state","data":{"__proto__":{}}}'],
  ])('with %s is damaged', (_, stored) => {
    expect(refusal(stored)).toMatchObject({ code: 'RECORD_DAMAGED' });
  });
});
