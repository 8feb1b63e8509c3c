import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBackup, type CollectedRecords, newHeader } from '../backups/write-backup.ts';
import { RowDigest } from '../backups/rows.ts';
import { openTestKey } from './backup-keeper.ts';

const never = new AbortController().signal;
const chunk = 64 * 1024 + 16;

/** The bytes of a backup of some chunks, whose rows cannot be compressed. */
export async function sampleBackup(rows: number): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-sample-'));
  try {
    const key = await openTestKey();
    const path = join(folder, 'sample');
    await writeBackup({ folder, path }, newHeader(randomUUID(), key), records(rows), key, never);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* records(rows: number): CollectedRecords {
  yield { record: 'begin', reason: { why: 'schedule' }, tables: 'any', installed: null };
  const digest = new RowDigest('journal');
  for (let at = 0; at < rows; at += 1) {
    const row = JSON.stringify({ id: at, data: randomBytes(3000).toString('base64') });
    digest.add(row);
    yield { record: 'row', table: 'journal', row };
  }
  yield { record: 'table-end', table: digest.end() };
}

type Damage = (whole: Buffer, other: Buffer, pick: (below: number) => number) => Buffer;

const damages: Readonly<Record<string, Damage>> = {
  'a flipped bit': (whole, _, pick) => {
    const bytes = Buffer.from(whole);
    const at = pick(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
    return bytes;
  },
  'a cut': (whole, _, pick) => whole.subarray(0, pick(whole.length)),
  'a cut at the border of a chunk': (whole, _, pick) =>
    whole.subarray(0, headOf(whole) + chunk * (1 + pick(chunksOf(whole) - 1))),
  'two chunks in another order': (whole, _, pick) => {
    const [a, b] = twoOf(whole, pick);
    const bytes = Buffer.from(whole);
    whole.copy(bytes, startOf(whole, a), startOf(whole, b), startOf(whole, b) + chunk);
    whole.copy(bytes, startOf(whole, b), startOf(whole, a), startOf(whole, a) + chunk);
    return bytes;
  },
  'a chunk that is missing': (whole, _, pick) => {
    const at = startOf(whole, pick(chunksOf(whole)));
    return Buffer.concat([whole.subarray(0, at), whole.subarray(at + chunk)]);
  },
  'a chunk twice': (whole, _, pick) => {
    const at = startOf(whole, pick(chunksOf(whole)));
    return Buffer.concat([whole.subarray(0, at + chunk), whole.subarray(at)]);
  },
  'a chunk of another backup': (whole, other, pick) => {
    const at = pick(Math.min(chunksOf(whole), chunksOf(other)));
    const bytes = Buffer.from(whole);
    other.copy(bytes, startOf(whole, at), startOf(other, at), startOf(other, at) + chunk);
    return bytes;
  },
  'the end of another backup': (whole, other, pick) => {
    const at = pick(Math.min(chunksOf(whole), chunksOf(other)));
    return Buffer.concat([whole.subarray(0, startOf(whole, at)), other.subarray(startOf(other, at))]);
  },
  'zeros in a place': (whole, _, pick) => {
    const bytes = Buffer.from(whole);
    const at = pick(bytes.length - 600);
    return bytes.fill(0, at, at + 1 + pick(512));
  },
  'more bytes': (whole, _, pick) => Buffer.concat([whole, randomBytes(1 + pick(100_000))]),
};

/** How backups are damaged, in words. */
export const kindsOfDamage: readonly string[] = Object.keys(damages);

/** A copy with damage of a kind, at a place that `pick` chooses: a whole number from 0 and below what it is given. */
export function damaged(kind: string, ...[whole, other, pick]: Parameters<Damage>): Buffer {
  const bytes = damages[kind]?.(whole, other, pick);
  if (bytes === undefined) throw new Error(`no damage is called ${kind}`);
  return bytes;
}

function headOf(whole: Buffer): number {
  return whole.indexOf(0x0a) + 1;
}

/** Whole ones: the last may be shorter. */
function chunksOf(whole: Buffer): number {
  return Math.floor((whole.length - headOf(whole)) / chunk);
}

function startOf(whole: Buffer, at: number): number {
  return headOf(whole) + at * chunk;
}

function twoOf(whole: Buffer, pick: (below: number) => number): [number, number] {
  const all = chunksOf(whole);
  const first = pick(all);
  return [first, (first + 1 + pick(all - 1)) % all];
}
