import { validatePack } from '@sealift/bundle/validate-pack';
import { catalogue } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { Remedies } from '../../terminal/remedies.ts';

/** Prints everything that is wrong with packs; the exit code tells whether anything is. @throws FILE_NOT_FOUND, FILE_UNREADABLE */
export async function validateFolders(
  folders: readonly string[],
  { json }: { readonly json?: true },
  context: CliContext,
): Promise<void> {
  const packs = [];
  for (const folder of folders) packs.push(await validatePack(folder));
  const problems = packs.flatMap((pack) => pack.problems);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) context.exitCode = catalogue.PACK_INVALID.exit;
  if (json === true) return context.out(JSON.stringify({ packs, errors }));
  const remedies = new Remedies();
  for (const { severity, place, message, code, remedy } of problems) {
    context.out(plainLine(`${severity}: ${place}: ${message} (${code})`));
    const mend = remedies.line(remedy);
    if (mend !== undefined) context.out(`  ${plainLine(mend)}`);
  }
  context.out(`${packs.length} packs: ${errors} errors, ${problems.length - errors} warnings`);
}
