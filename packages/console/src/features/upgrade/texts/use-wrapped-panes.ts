import type { LayerTexts, ShownText } from '@sealift/core/api';
import { useMemo, useState } from 'react';
import { usePreference } from '../../../components/browser-preference.ts';
import { breakLines, type LineBreaks } from '../../../components/soft-breaks.ts';
import { alignPanes, type Aligned, type PaneName } from './align-panes.ts';

const panes: readonly PaneName[] = ['incoming', 'merged', 'current'];

/** How a pane's long lines are broken. */
export interface Wrapped {
  readonly breaks: LineBreaks;
  readonly columns: number;
}

interface WrappedPanes {
  readonly spacers: Aligned;
  /** Missing where lines are not wrapped, or a pane's width is not known yet. */
  readonly wrapped: Readonly<Record<PaneName, Wrapped | undefined>>;
  /** Each takes how many columns its pane has. */
  readonly onColumns: Readonly<Record<PaneName, (columns: number) => void>>;
}

/** Whether long lines are broken to fit their pane; remembered in this browser. */
export function useWrapLines(): readonly [boolean, (on: boolean) => void] {
  const [stored, store] = usePreference('sealift.wrap-lines', 'off');
  return [stored === 'on', (on) => store(on ? 'on' : 'off')];
}

/** The panes level with each other, their lines broken where that is wanted. */
export function useWrappedPanes(texts: LayerTexts): WrappedPanes {
  const [isOn] = useWrapLines();
  const [columns, setColumns] = useState<Readonly<Partial<Record<PaneName, number>>>>({});
  const [onColumns] = useState(() => {
    const of = (pane: PaneName) => (count: number) =>
      setColumns((known) => (known[pane] === count ? known : { ...known, [pane]: count }));
    return { incoming: of('incoming'), merged: of('merged'), current: of('current') };
  });
  const incoming = useBreaks(texts.incoming, isOn ? columns.incoming : undefined);
  const merged = useBreaks(texts.merged, isOn ? columns.merged : undefined);
  const current = useBreaks(texts.current, isOn ? columns.current : undefined);
  const wrapped = useMemo(() => ({ incoming, merged, current }), [incoming, merged, current]);
  const spacers = useMemo(() => {
    const shown = Object.fromEntries(panes.map((pane) => [pane, texts[pane].text])) as Record<PaneName, string>;
    return alignPanes(shown, (pane, line) => 1 + (wrapped[pane]?.breaks.get(line)?.length ?? 0));
  }, [texts, wrapped]);
  return { spacers, wrapped, onColumns };
}

function useBreaks({ text, secrets }: ShownText, columns: number | undefined): Wrapped | undefined {
  return useMemo(() => {
    if (columns === undefined) return undefined;
    const shown = text.replaceAll(/\r\n?/g, '\n');
    return { breaks: breakLines(shown, columns, shown === text ? secrets : withoutReturns(text, secrets)), columns };
  }, [text, secrets, columns]);
}

/** The same places in a text whose line ends are one sign each. */
function withoutReturns(text: string, spans: ShownText['secrets']): readonly (readonly [number, number])[] {
  let at = 0;
  let dropped = 0;
  const shift = (offset: number): number => {
    for (; at < offset; at += 1) if (text[at] === '\r' && text[at + 1] === '\n') dropped += 1;
    return offset - dropped;
  };
  return spans.map(([start, end]) => [shift(start), shift(end)]);
}
