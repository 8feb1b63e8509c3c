import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPublicKey, generateKeyPair, parseSecretKey } from '@sealift/bundle/minisign';
import { signCheckpoint } from '@sealift/bundle/signed-checkpoint';
import type { AuditEntry, AuditVerification } from '@sealift/core/api';
import { entryHash } from '@sealift/server/audit-chain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedConsole } from '../../testing/scripted-console.ts';

const at = '2026-11-29T10:00:00.000Z';
const pair = generateKeyPair();
const key = parseSecretKey(pair.file.reveal(), 'the key');

/** A log of these subjects, whose hashes fit each other. */
function logOf(subjects: readonly string[]): AuditEntry[] {
  let hash = '';
  return subjects.map((subject, index) => {
    const entry = { sequence: index + 1, actor: 'ann', address: '192.0.2.1', action: 'a.b', subject };
    const previous = hash;
    hash = entryHash({ ...entry, at: new Date(at), details: '{}', previous_hash: previous });
    return { ...entry, at, details: {}, previousHash: previous, hash };
  });
}

const written = logOf(['a', 'b', 'c', 'd']);

describe('a console that says its audit log is whole', () => {
  let site: ScriptedConsole;
  let checkpoint: string;
  let publicKey: string;

  beforeEach(async () => {
    site = await ScriptedConsole.start();
    checkpoint = join(site.folder, 'kept.checkpoint');
    publicKey = join(site.folder, 'site.pub');
    const [, , third] = written;
    const end = { kind: 'sealift-audit-checkpoint', format: 1, sequence: 3, hash: third?.hash ?? '', at } as const;
    writeFileSync(checkpoint, signCheckpoint(end, key));
    writeFileSync(publicKey, formatPublicKey(pair.publicKey));
  });
  afterEach(() => site.stop());

  /** What is said of a log that a console tells, and calls whole. */
  async function verify(entries: readonly AuditEntry[], args: readonly string[] = []) {
    const whole: AuditVerification = {
      valid: true,
      entries: entries.length,
      firstBroken: null,
      checkpoints: 0,
      brokenCheckpoint: null,
    };
    site.answers.set('GET /api/v1/audit?after=0&limit=1000', { status: 200, body: { entries, next: null } });
    const rest = `GET /api/v1/audit?after=${entries.length}&limit=1000`;
    if (entries.length > 0) site.answers.set(rest, { status: 200, body: { entries: [], next: null } });
    site.answers.set('GET /api/v1/audit/verification', { status: 200, body: whole });
    return await site.sealift(['audit', 'verify', ...args]);
  }

  const withCheckpoint = () => ['--checkpoint', checkpoint, '--key', publicKey];

  it('is believed where the log goes through what was kept', async () => {
    const found = await verify(written, withCheckpoint());
    expect([found.code, found.out]).toEqual([0, expect.stringContaining('goes through entry 3')]);
  });

  it.each<[string, readonly AuditEntry[], string]>([
    ['changed', written.map((one) => (one.sequence === 2 ? { ...one, actor: 'eve' } : one)), 'entry 2'],
    ['removed', written.filter(({ sequence }) => sequence !== 2), 'entry 2'],
    ['moved', [...written.slice(0, 1), ...written.slice(1, 3).toReversed(), ...written.slice(3)], 'entry 2'],
  ])('is not believed where an entry was %s', async (_how, entries, place) => {
    const found = await verify(entries);
    expect([found.code, found.notes]).toEqual([2, expect.stringContaining(place)]);
    expect(found.notes).toContain('AUDIT_BROKEN');
  });

  it('is not believed where the end was cut off, which only what was kept shows', async () => {
    expect((await verify(written.slice(0, 2))).code).toBe(0);
    const found = await verify(written.slice(0, 2), withCheckpoint());
    expect([found.code, found.notes]).toEqual([2, expect.stringContaining('cut off')]);
  });

  it('is not believed where all of it was written anew, which only what was kept shows', async () => {
    const anew = logOf(['a', 'x', 'c', 'd']);
    expect((await verify(anew)).code).toBe(0);
    const found = await verify(anew, withCheckpoint());
    expect([found.code, found.notes]).toEqual([2, expect.stringContaining('written anew')]);
  });

  it('says so as JSON, and needs the key with the checkpoint', async () => {
    const found = await verify(logOf(['x', 'y', 'z']), [...withCheckpoint(), '--json']);
    expect(JSON.parse(found.out)).toMatchObject({ error: { code: 'AUDIT_BROKEN' } });
    expect((await verify(written, ['--checkpoint', checkpoint])).notes).toContain('code: USAGE');
  });
});
