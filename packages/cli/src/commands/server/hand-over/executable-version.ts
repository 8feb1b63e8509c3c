import { reasonOf, SealiftError } from '@sealift/core/errors';
import { runProgram } from '@sealift/io/run-program';
import { z } from 'zod';

const schema = z.object({
  version: z.string().min(1).max(100),
  upgrades: z.object({ stores: z.int(), reads: z.array(z.int()).max(100) }),
});
/** What an executable says of itself: its version, and in which forms it stores and reads an upgrade that is under way. */
export type ExecutableVersion = z.infer<typeof schema>;

/**
 * Asks an executable what it is (`sealift version --json`); one that cannot even say that is fit for nothing.
 *
 * @throws EXECUTABLE_UNFIT
 */
export async function askVersion(path: string, cancel: AbortSignal): Promise<ExecutableVersion> {
  try {
    const { code, killed, output, errors } = await runProgram({
      program: path,
      parts: ['version', '--json'],
      env: {},
      deadlineMs: 60_000,
      outputLimitBytes: 64 * 1024,
      cancel,
    });
    if (code !== 0) throw new Error(killed ?? `it ended with ${code}: ${errors.slice(0, 300)}`);
    return schema.parse(JSON.parse(output));
  } catch (error) {
    const reason = `asked for its version, it does not answer: ${reasonOf(error)}`;
    throw new SealiftError('EXECUTABLE_UNFIT', { values: { path, reason }, place: path, cause: error });
  }
}

/** Refuses an executable that could not go on with an upgrade. @throws EXECUTABLE_UNFIT */
export function assertReads({ version, upgrades }: ExecutableVersion, path: string, format: number): void {
  if (upgrades.reads.includes(format)) return;
  const reads = upgrades.reads.join(', ');
  const reason = `${version} reads upgrades of format ${reads}, and what is under way is stored in format ${format}`;
  throw new SealiftError('EXECUTABLE_UNFIT', { values: { path, reason }, place: path });
}
