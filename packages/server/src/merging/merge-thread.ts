import { siteValues } from '@sealift/core/adoption';
import { serveTasks } from '@sealift/io/task-thread';
import { editedProblems } from './check-values.ts';
import { countCustomisations } from './count-customisations.ts';
import { hideReviewed, hideTexts } from './hidden-values.ts';
import { layerEvidence } from './layer-evidence.ts';
import { checkPasted, mergeAnew, offerRemembered, previewAnew } from './layer-merge.ts';
import { answerLayer, mergeListed, reviewAnew } from './layer-review.ts';
import { textsAnew } from './layer-texts.ts';
import { textsOfConflict } from './texts-of-conflict.ts';

/** What the threads of the merge can be asked for: everything that merges, so that no merge holds the event loop. */
export const mergeTasks = {
  answerLayer,
  checkPasted,
  countCustomisations,
  editedProblems,
  hideReviewed,
  hideTexts,
  layerEvidence,
  mergeAnew,
  mergeListed,
  offerRemembered,
  previewAnew,
  reviewAnew,
  siteValues,
  textsAnew,
  textsOfConflict,
};

serveTasks(mergeTasks);
