import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { DeclaredPort, DeclaredWork, Standing } from '@sealift/upgrade/ports/declared';
import { findObjects } from './find-objects.ts';
import { claimStanding, migrateClaim } from './migrate-claim.ts';
import { moveStored, storedStanding } from './move-stored-version.ts';
import { own, ownStanding } from './own-objects.ts';
import { setField, settingStanding } from './set-field.ts';

/** What releases declare, done in a real cluster. */
export function declaredPort(open: () => Promise<Objects>): DeclaredPort {
  return {
    find: async (query, cancel) => await findObjects(await open(), query, cancel),
    standing: async (work, cancel) => await standingOf(await open(), work, cancel),
    act: async (work, cancel) => await act(await open(), work, cancel),
  };
}

async function standingOf(objects: Objects, work: DeclaredWork, cancel: Cancel): Promise<Standing> {
  switch (work.kind) {
    case 'own-objects':
      return await ownStanding(objects, work, cancel);
    case 'move-stored-version':
      return await storedStanding(objects, work, cancel);
    case 'migrate-claim':
      return await claimStanding(objects, work, cancel);
    case 'set-field':
      return await settingStanding(objects, work, cancel);
  }
}

async function act(objects: Objects, work: DeclaredWork, cancel: Cancel): Promise<void> {
  switch (work.kind) {
    case 'own-objects':
      return await own(objects, work, cancel);
    case 'move-stored-version':
      await moveStored(objects, work, cancel);
      // What is served may be another version from now on.
      return objects.discovery.forget();
    case 'migrate-claim':
      return await migrateClaim(objects, work, cancel);
    case 'set-field':
      return await setField(objects, work, cancel);
  }
}
