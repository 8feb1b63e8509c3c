import { siteValues } from '@sealift/core/adoption';
import { serveTasks } from '@sealift/io/task-thread';
import { countCustomisations } from './count-customisations.ts';
import { layerEvidence } from './layer-evidence.ts';
import { checkPasted, checkResolutions, mergeAnew, offerRemembered, previewAnew } from './layer-merge.ts';

/** What the threads of the merge can be asked for: everything that merges, so that no merge holds the event loop. */
export const mergeTasks = {
  checkPasted,
  checkResolutions,
  countCustomisations,
  layerEvidence,
  mergeAnew,
  offerRemembered,
  previewAnew,
  siteValues,
};

serveTasks(mergeTasks);
