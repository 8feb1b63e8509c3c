import { usePreference } from '../../../components/browser-preference.ts';

/** Narrower than that no pane gets, in percent. */
const least = 10;
const thirds = '33.3 66.7';

interface PaneWidths {
  /** Where the two splitters stand, in percent of the room. */
  readonly places: readonly [number, number];
  readonly limits: readonly [Limits, Limits];
  readonly move: (splitter: 0 | 1, to: number) => void;
  readonly reset: () => void;
}

interface Limits {
  readonly min: number;
  readonly max: number;
}

/** How wide each of three panes is; remembered in this browser. */
export function usePaneWidths(): PaneWidths {
  const [stored, store] = usePreference('sealift.pane-widths', thirds);
  const [first, second] = placesOf(stored) ?? placesOf(thirds) ?? [100 / 3, 200 / 3];
  return {
    places: [first, second],
    limits: [
      { min: least, max: second - least },
      { min: first + least, max: 100 - least },
    ],
    move: (splitter, to) => store(splitter === 0 ? `${to.toFixed(1)} ${second}` : `${first} ${to.toFixed(1)}`),
    reset: () => store(thirds),
  };
}

/** What another page, or a person, may have written there. */
function placesOf(stored: string): readonly [number, number] | undefined {
  const [first = Number.NaN, second = Number.NaN] = stored.split(' ').map(Number);
  const isFit = first >= least && second - first >= least && second <= 100 - least;
  return isFit ? [first, second] : undefined;
}
