import { type PackUse, type PackUsePage, packUsePageSchema } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

/** Says what uses a pack. @throws PACK_UNKNOWN by the console, PLATFORM_* */
export async function showUses(name: string, { json }: { readonly json?: true }, context: CliContext): Promise<void> {
  const api = await connect(context);
  const uses: PackUse[] = [];
  const path = `/api/v1/packs/${encodeURIComponent(name)}/uses`;
  let after: string | null = null;
  // Each page has another cursor; a console that gives none new is not asked for ever.
  const given = new Set<string>();
  do {
    const query: string = after === null ? '' : `?after=${encodeURIComponent(after)}`;
    const page: PackUsePage = await api.get(`${path}${query}`, packUsePageSchema);
    uses.push(...page.uses);
    after = page.next !== null && !given.has(page.next) && page.uses.length > 0 ? page.next : null;
    if (after !== null) given.add(after);
  } while (after !== null);
  if (json === true) return context.out(JSON.stringify({ name, uses }));
  if (uses.length === 0) context.out(plainLine(`Nothing uses ${name}.`));
  for (const use of uses) context.out(plainLine(lineOf(use)));
}

function lineOf(use: PackUse): string {
  if (use.kind === 'layer') {
    return `layer ${use.layer} of the enterprise cluster: ${use.version}${use.customised ? ', with values of its own' : ''}`;
  }
  if (use.kind === 'dependency') {
    return `pack ${use.pack} ${use.version}, which runs: ${use.type}${use.versions === '' ? '' : ` ${use.versions}`}`;
  }
  return `release ${use.product} ${use.release}${use.installed ? ', which is installed' : ''}: ${use.version}`;
}
