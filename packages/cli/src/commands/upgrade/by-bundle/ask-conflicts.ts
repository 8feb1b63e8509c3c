import type { LayerPreview, Upgrade } from '@sealift/core/api';
import { pathText, type Resolution } from '@sealift/core/merge';
import type { ApiClient } from '../../../client/api-client.ts';
import { upgradeUrl } from '../../../client/current-upgrade.ts';
import { plainLine } from '../../../terminal/plain-line.ts';
import { preview } from '../layer-preview.ts';
import { askHunks, hunksOf } from './ask-hunks.ts';
import type { Asking } from './asking.ts';
import { sideLines } from './side-lines.ts';

type Conflict = LayerPreview['conflicts'][number];

const sides = '[c] keep yours  [i] take the release’s  ';
const others = '[s] skip  [q] stop here: ';

/**
 * Asks about each conflict that is open, layer by layer, until all were asked about or it is stopped; every answer is saved by itself, so that what
 * was settled stays settled.
 *
 * @throws PLATFORM_*, CANCELLED
 */
export async function askConflicts(
  api: ApiClient,
  { id, layers }: Pick<Upgrade, 'id' | 'layers'>,
  asking: Asking,
): Promise<void> {
  const all = layers.reduce((sum, { openConflicts }) => sum + openConflicts, 0);
  let asked = 0;
  for (const { id: layer, openConflicts, displayName } of layers) {
    if (openConflicts === 0) continue;
    for (const conflict of (await preview(api, id, layer)).conflicts) {
      asked += 1;
      asking.tell(plainLine(`Conflict ${asked} of ${all}: ${displayName}, ${pathText(conflict.path)}`));
      for (const line of sidesOf(conflict)) asking.tell(line);
      const answer = await answerTo(conflict, asking);
      if (answer === 'stop') return;
      if (answer !== 'skip') await save(api, id, layer, answer);
    }
  }
}

async function answerTo(conflict: Conflict, asking: Asking): Promise<Resolution | 'skip' | 'stop'> {
  const { path } = conflict;
  const hunked = hunksOf(conflict);
  for (;;) {
    const typed = await asking.ask(`${sides}${hunked === undefined ? '' : '[h] hunk by hunk  '}${others}`);
    switch (typed.trim().toLowerCase()) {
      case 'c':
        return { path, take: 'current' };
      case 'i':
        return { path, take: 'incoming' };
      case 's':
        return 'skip';
      case 'q':
        return 'stop';
      case 'h':
        if (hunked !== undefined) {
          const settled = await askHunks(conflict, hunked, asking);
          if (settled !== undefined) return settled;
          break;
        }
        asking.tell('Type c, i, s or q.');
        break;
      default:
        asking.tell(`Type c, i, ${hunked === undefined ? '' : 'h, '}s or q.`);
    }
  }
}

async function save(api: ApiClient, id: string, layer: string, answer: Resolution): Promise<void> {
  await api.patchOnly(upgradeUrl(id, 'layers', layer, 'resolutions'), { set: [answer] });
}

function sidesOf({ reason, base, current, incoming }: Conflict): readonly string[] {
  return [
    `  ${reason}`,
    ...sideLines('base', base?.source),
    ...sideLines('current', current?.source),
    ...sideLines('incoming', incoming?.source),
  ].map((line) => plainLine(line));
}
