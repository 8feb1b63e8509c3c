import type { MirrorRequest } from '@sealift/core/api';
import { asSealiftError, SealiftError } from '@sealift/core/errors';
import { mirror } from '@sealift/oci/mirror';
import type { UploadJournal } from '@sealift/oci/upload-journal';
import type { Db } from '../../store/store.ts';
import type { MirrorProgress } from './mirror-progress.ts';
import { mirrorPlace, type MirrorPlace, type MirrorRegistries } from './mirror-places.ts';
import { isOfPart, mirrorParts, type MirrorPart } from './parts.ts';

/** What mirroring takes. */
export interface MirrorParts {
  readonly db: Db;
  readonly registries: MirrorRegistries;
  readonly journal: UploadJournal;
}

/**
 * Mirrors what was asked for, part by part. One that cannot be mirrored is told of and stops no other; what concerns the registries or the way to
 * them ends it.
 *
 * @throws REGISTRY_*, SECRET_KEY_*, NOT_FOUND, PUSH_CANCELLED; REGISTRY_MIRROR_FAILED once all is done that could be
 */
export async function runMirror(
  { db, registries, journal }: MirrorParts,
  request: MirrorRequest,
  progress: MirrorProgress,
  cancel: AbortSignal,
): Promise<void> {
  const from = await mirrorPlace(db, registries, request.from, cancel);
  const to = await mirrorPlace(db, registries, request.to, cancel);
  progress.set({ message: `Listing what ${from.name} holds` });
  const parts = await mirrorParts(db, { from, to }, request);
  progress.set({ parts: parts.map(({ name }) => ({ name, state: 'waiting' })) });
  const failed: { readonly name: string; readonly error: SealiftError }[] = [];
  for (const [index, part] of parts.entries()) {
    progress.part(index, { state: 'running' });
    progress.set({ message: `Reading what belongs to ${part.name}`, doneBytes: 0, totalBytes: 0 });
    try {
      const change = { journal, cancel, dryRun: request.dryRun };
      progress.part(index, { state: await mirrorPart(part, { from, to }, progress, change) });
    } catch (error) {
      const { code, message, hint, place } = asSealiftError(error);
      const detail = place === undefined ? message : `${message} (${place})`;
      if (!cancel.aborted) progress.part(index, { state: 'failed', problem: { code, detail, hint } });
      else progress.part(index, { state: 'waiting' });
      if (!isOfPart(error)) throw error;
      failed.push({ name: part.name, error });
    }
  }
  const [first] = failed;
  if (first === undefined) return;
  const more = failed.length > 1 ? `, and ${failed.length - 1} more` : '';
  const reason = `${failed.length} of ${parts.length} could not be: ${first.name}: ${first.error.message}${more}`;
  throw new SealiftError('REGISTRY_MIRROR_FAILED', { values: { from: from.name, to: to.name, reason } });
}

async function mirrorPart(
  part: MirrorPart,
  { from, to }: { readonly from: MirrorPlace; readonly to: MirrorPlace },
  progress: MirrorProgress,
  change: { readonly journal: UploadJournal; readonly cancel: AbortSignal; readonly dryRun: boolean },
): Promise<'mirrored' | 'present' | 'lacking'> {
  let isWhole = true;
  for await (const items of part.portions()) {
    const { withCosignTags, name } = part;
    const onEvent = progress.follow(name);
    const request = { source: from.client, target: to.client, items, withCosignTags, onEvent, ...change };
    const { missing, sentBytes, present } = await mirror(request);
    const { state } = progress;
    if (change.dryRun) {
      const blobs = { ...state.blobs, lacking: state.blobs.lacking + missing.blobs };
      progress.set({ lackingBytes: state.lackingBytes + missing.bytes, blobs });
      isWhole &&= missing.blobs === 0;
    } else {
      isWhole &&= sentBytes === 0 && present >= items.length;
    }
  }
  if (isWhole) return 'present';
  return change.dryRun ? 'lacking' : 'mirrored';
}
