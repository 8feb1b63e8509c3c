import { programVersion } from '@sealift/core/program-version';
import { readableUpgradeFormats, upgradeFormat } from '@sealift/core/upgrade';
import type { CliContext } from '../../context.ts';

/** Prints the version. A sealift that is to take another one's place is asked for it, as JSON, before it does. */
export function showVersion({ json }: { readonly json?: true }, context: CliContext): void {
  const upgrades = { stores: upgradeFormat, reads: readableUpgradeFormats };
  if (json === true) return context.out(JSON.stringify({ version: programVersion, upgrades }));
  const read = readableUpgradeFormats.join(', ');
  context.out(`sealift ${programVersion}; upgrades under way: stores format ${upgradeFormat}, reads ${read}`);
}
