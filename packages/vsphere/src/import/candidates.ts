import type { VcenterClient } from '../client/client.ts';
import { pathsOf, unescapeName } from '../property/inventory.ts';
import type { Reference } from '../xml/reference.ts';
import type { Candidate } from './choose.ts';

/** What was read of objects, with their names as people write them and their paths. */
export async function candidatesOf<Found extends { readonly ref: Reference; readonly name: string }>(
  client: VcenterClient,
  found: readonly Found[],
  cancel: AbortSignal | undefined,
): Promise<readonly (Found & Candidate)[]> {
  const refs = found.map(({ ref }) => ref);
  const paths = await pathsOf(client, refs, cancel);
  return found.map((one) => ({ ...one, name: unescapeName(one.name), path: paths.get(one.ref.value) ?? '' }));
}
