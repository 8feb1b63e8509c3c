import type { LayerPreview, Upgrade } from '@sealift/core/api';
import { pathText, type Resolution } from '@sealift/core/merge';
import type { ApiClient } from '../../../client/api-client.ts';
import { upgradeUrl } from '../../../client/current-upgrade.ts';
import { plainLine } from '../../../terminal/plain-line.ts';
import { preview } from '../layer-preview.ts';

/** Whoever answers: a question in, what was typed out. */
export interface Asking {
  readonly ask: (question: string) => Promise<string>;
  readonly tell: (line: string) => void;
}

/** Lines of a value that are shown. */
const shownLines = 12;
const choices = '[c] keep yours  [i] take the release’s  [s] skip  [q] stop here: ';

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
      const answer = await answerTo(asking);
      if (answer === 'stop') return;
      if (answer !== 'skip') await save(api, id, layer, { path: conflict.path, take: answer });
    }
  }
}

async function answerTo({ ask, tell }: Asking): Promise<'current' | 'incoming' | 'skip' | 'stop'> {
  for (;;) {
    switch ((await ask(choices)).trim().toLowerCase()) {
      case 'c':
        return 'current';
      case 'i':
        return 'incoming';
      case 's':
        return 'skip';
      case 'q':
        return 'stop';
      default:
        tell('Type c, i, s or q.');
    }
  }
}

async function save(api: ApiClient, id: string, layer: string, answer: Resolution): Promise<void> {
  await api.patchOnly(upgradeUrl(id, 'layers', layer, 'resolutions'), { set: [answer] });
}

function sidesOf({ reason, base, current, incoming }: LayerPreview['conflicts'][number]): readonly string[] {
  const side = (name: string, value: { readonly source: string } | undefined): readonly string[] => {
    if (value === undefined) return [`  ${name}  (not there)`];
    const lines = value.source.split('\n');
    const shown = lines
      .slice(0, shownLines)
      .map((line, index) => `  ${index === 0 ? name : ' '.repeat(name.length)}  ${line}`);
    return lines.length > shownLines
      ? [...shown, `  ${' '.repeat(name.length)}  … ${lines.length - shownLines} more lines`]
      : shown;
  };
  return [`  ${reason}`, ...side('was    ', base), ...side('yours  ', current), ...side('release', incoming)].map(
    (line) => plainLine(line),
  );
}
