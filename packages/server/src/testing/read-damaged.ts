import { readBackup } from '../backups/read-backup.ts';
import { openTestKey, testKey } from './backup-keeper.ts';
import { damaged, kindsOfDamage, sampleBackup } from './damaged-backups.ts';

/** What a reader of a damaged backup may fail with: each names what is wrong before anything is believed. */
const found: ReadonlySet<string> = new Set(['BACKUP_DAMAGED', 'BACKUP_KEY_OTHER', 'RECORD_FORMAT_OTHER']);

/** Reads so many damaged backups. @returns how many were found, and what was read of each of the others */
export async function readDamaged(count: number, seed: number) {
  const [whole, other] = [await sampleBackup(120), await sampleBackup(120)];
  const pick = numbersFrom(seed);
  const key = await openTestKey();
  const missed: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const kind = kindsOfDamage[at % kindsOfDamage.length] ?? '';
    const bytes = damaged(kind, whole, other, pick);
    if (bytes.equals(whole)) throw new Error(`${kind} changed nothing`);
    const result = await readBackup({ reference: kind, bytes: onePiece(bytes), key, keyPath: testKey.path }).then(
      () => 'read whole',
      (error: { code?: string; message: string }) => error.code ?? error.message,
    );
    if (!found.has(result)) missed.push(`${kind}, number ${at} of seed ${seed}: ${result}`);
  }
  return { found: count - missed.length, missed };
}

async function* onePiece(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** Whole numbers that are the same for the same seed (a linear congruential generator, Numerical Recipes' constants). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
