import { catalogue } from '@sealift/core/errors';
import { lintReleases } from '@sealift/core/planner';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { Remedies } from '../../terminal/remedies.ts';
import { readReleases } from './read-releases.ts';

/**
 * Prints what is wrong with releases beside each other; the exit code tells whether anything is.
 *
 * @throws RELEASE_INVALID where one is wrong by itself, SIGNATURE_*, BUNDLE_*, FILE_*
 */
export async function lintFiles(
  files: readonly string[],
  { json }: { readonly json?: true },
  context: CliContext,
): Promise<void> {
  const releases = await readReleases(files, context);
  const findings = lintReleases(releases);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) context.exitCode = catalogue.RELEASE_INVALID.exit;
  if (json === true) return context.out(JSON.stringify({ releases: releases.length, errors, findings }));
  const remedies = new Remedies();
  for (const { severity, product, version, kind, rule, message, remedy } of findings) {
    const by = rule === null ? kind : `${kind}, ${rule}`;
    context.out(plainLine(`${severity}: ${product} ${version} (${by}): ${message}`));
    const mend = remedies.line(remedy);
    if (mend !== undefined) context.out(`  ${plainLine(mend)}`);
  }
  context.out(`${releases.length} releases: ${errors} errors, ${findings.length - errors} warnings`);
}
