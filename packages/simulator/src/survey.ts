import type { SiteSurvey } from '@sealift/core/adoption';
import { nodesOf } from './rollout.ts';
import type { SimulatorState } from './state.ts';

/** What a look at the simulated cluster finds: layers as Sealift applied them, and nothing that others installed. */
export function surveyOf(state: SimulatorState): SiteSurvey {
  return {
    kubernetes: state.groups['control-plane'].desired.version,
    nodes: nodesOf(state),
    layers: state.layers.map(({ layer, pack, version, digest, valuesHash, values }) => ({
      layer,
      pack,
      version,
      digest,
      valuesHash,
      values,
      unfinished: false,
      object: `the simulated layer ${layer}/${pack}`,
    })),
    charts: [],
    providers: [],
    applySets: [],
  };
}
