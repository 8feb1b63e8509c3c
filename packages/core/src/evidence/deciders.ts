/** What a person did to a layer of a draft, as the audit log keeps it. */
export interface DraftDeed {
  readonly at: string;
  readonly by: string;
  readonly layerId: string;
  /** `resolve` replaces all choices of the layer; each names its path as people write it. */
  readonly deed:
    | { readonly kind: 'resolve'; readonly chosen: readonly { readonly path: string; readonly take: string }[] }
    | { readonly kind: 'paste' | 'unpaste' };
}

/** Who settled something, and when. */
interface Decider {
  readonly by: string;
  readonly at: string;
}

/** Who settled what of one layer. */
export interface LayerDeciders {
  readonly paths: ReadonlyMap<string, Decider>;
  readonly pasted: Decider | null;
}

/** A value of a person's own is not in the audit log, so the newest entry that names it counts. */
const ownValue = 'own value';

/**
 * Who settled each path of each layer as it stands after all deeds: whoever chose what stands first, not who saved the layer again later.
 *
 * @param deeds oldest first
 */
export function decidersOf(deeds: readonly DraftDeed[]): ReadonlyMap<string, LayerDeciders> {
  const layers = new Map<string, { chosen: Map<string, Decider & { take: string }>; pasted: Decider | null }>();
  for (const { at, by, layerId, deed } of deeds) {
    const before = layers.get(layerId) ?? { chosen: new Map(), pasted: null };
    if (deed.kind !== 'resolve') {
      layers.set(layerId, { ...before, pasted: deed.kind === 'paste' ? { by, at } : null });
      continue;
    }
    const chosen = deed.chosen.map(({ path, take }) => {
      const earlier = before.chosen.get(path);
      const same = earlier !== undefined && earlier.take === take && take !== ownValue;
      return [path, same ? earlier : { by, at, take }] as const;
    });
    layers.set(layerId, { ...before, chosen: new Map(chosen) });
  }
  return new Map(
    [...layers].map(([id, { chosen, pasted }]) => [
      id,
      { pasted, paths: new Map([...chosen].map(([path, decider]) => [path, { by: decider.by, at: decider.at }])) },
    ]),
  );
}
