import { clusterCases } from './cases/cluster.ts';
import { controlPlaneCases } from './cases/control-plane.ts';
import { gatewayCases } from './cases/gateways.ts';
import { layerCases } from './cases/layers.ts';
import { nameCases } from './cases/names.ts';
import { nodeCases } from './cases/nodes.ts';
import { registryCases } from './cases/registry.ts';
import { releaseCases } from './cases/releases.ts';
import { roomCases } from './cases/room.ts';
import { storageCases } from './cases/storage.ts';
import { vcenterCases } from './cases/vcenter.ts';
import type { FaultCase } from './fault-case.ts';

/** Every fault that is seeded into a site. */
export const faults: readonly FaultCase[] = [
  ...layerCases,
  ...nameCases,
  ...registryCases,
  ...releaseCases,
  ...gatewayCases,
  ...vcenterCases,
  ...roomCases,
  ...storageCases,
  ...controlPlaneCases,
  ...nodeCases,
  ...clusterCases,
];
