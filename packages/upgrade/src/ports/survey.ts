import type { ExaminedLayer, SiteSurvey } from '@sealift/core/adoption';
import type { Cancel } from './cancel.ts';
import type { DesiredLayer } from './cluster.ts';

/** What is asked of a site whose release is not known yet. Nothing but `record` changes anything. */
export interface SurveyPort {
  /** What runs there. */
  look(cancel: Cancel): Promise<SiteSurvey>;
  /** What a layer's pack would bring with its values, and what of it the cluster has otherwise. */
  examine(layer: DesiredLayer, cancel: Cancel): Promise<ExaminedLayer>;
  /** Writes down that the cluster runs the layer, which somebody else installed; what is written down already stays. */
  record(layer: DesiredLayer, cancel: Cancel): Promise<void>;
}
