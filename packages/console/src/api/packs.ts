import {
  type CataloguePack,
  outdatedPackListSchema,
  packPageSchema,
  type PackUse,
  packUsePageSchema,
} from '@sealift/core/api';
import { useQuery } from '@tanstack/react-query';
import { read } from './http.ts';
import { packsKey } from './query-keys.ts';

const maximumPages = 50;

/** The packs of the catalogue; `complete` is false where some were left out. */
export function usePacks() {
  return useQuery({ queryKey: [...packsKey, 'list'], queryFn: ({ signal }) => readPacks(signal) });
}

/** Packs in use that have newer versions. */
export function useOutdatedPacks() {
  return useQuery({
    queryKey: [...packsKey, 'outdated'],
    queryFn: ({ signal }) => read(outdatedPackListSchema, '/packs/outdated', signal),
  });
}

/** What uses a pack; `complete` is false where some were left out. */
export function usePackUses(name: string) {
  return useQuery({ queryKey: [...packsKey, 'uses', name], queryFn: ({ signal }) => readUses(name, signal) });
}

async function readPacks(signal: AbortSignal): Promise<{ packs: CataloguePack[]; complete: boolean }> {
  const packs: CataloguePack[] = [];
  let after = '';
  for (let page = 0; page < maximumPages; page += 1) {
    const answer = await read(packPageSchema, `/packs?after=${encodeURIComponent(after)}`, signal);
    packs.push(...answer.packs);
    if (answer.next === null) return { packs, complete: true };
    after = answer.next;
  }
  return { packs, complete: false };
}

async function readUses(name: string, signal: AbortSignal): Promise<{ uses: PackUse[]; complete: boolean }> {
  const uses: PackUse[] = [];
  const path = `/packs/${encodeURIComponent(name)}/uses`;
  let query = '';
  for (let page = 0; page < maximumPages; page += 1) {
    const answer = await read(packUsePageSchema, `${path}${query}`, signal);
    uses.push(...answer.uses);
    if (answer.next === null) return { uses, complete: true };
    query = `?after=${encodeURIComponent(answer.next)}`;
  }
  return { uses, complete: false };
}
