import { SealiftError } from '@sealift/core/errors';
import type { StepKind, StepOf } from '@sealift/core/upgrade';
import { backup } from './backup.ts';
import { cns } from './cns.ts';
import { migrateClaim, moveStoredVersion, ownObjects, setField } from './declared.ts';
import { gateways } from './gateways.ts';
import { layer } from './layer.ts';
import { lockConsole } from './lock-console.ts';
import { providers } from './providers.ts';
import { removeLayer } from './remove-layer.ts';
import { emulatedControlPlane, etcd, finalise } from './reversible.ts';
import { controlPlane, workers } from './rollout.ts';
import type { StepDefinition } from './step.ts';
import { storedVersions } from './stored-versions.ts';
import { template } from './template.ts';
import { unlockConsole } from './unlock-console.ts';
import { validate } from './validate.ts';
import { waitFor } from './wait-for.ts';

/** Every kind of step this version can do. */
export const stepDefinitions: { readonly [Kind in StepKind]?: StepDefinition<Kind> } = {
  'lock-console': lockConsole,
  backup,
  gateways,
  template,
  cns,
  'cluster-api-providers': providers,
  'stored-versions': storedVersions,
  'control-plane': controlPlane,
  'emulated-control-plane': emulatedControlPlane,
  finalise,
  workers,
  etcd,
  layer,
  'remove-layer': removeLayer,
  'own-objects': ownObjects,
  'move-stored-version': moveStoredVersion,
  'wait-for': waitFor,
  'migrate-claim': migrateClaim,
  'set-field': setField,
  validate,
  'unlock-console': unlockConsole,
};

/**
 * The definition of a planned step.
 *
 * @throws STEP_UNSUPPORTED when the plan was made for a version of Sealift that can do more.
 */
export function definitionOf<Kind extends StepKind>(step: StepOf<Kind>): StepDefinition<Kind> {
  const kind: Kind = step.kind as Kind;
  const definition: StepDefinition<Kind> | undefined = stepDefinitions[kind];
  if (definition === undefined) {
    throw new SealiftError('STEP_UNSUPPORTED', { place: step.id, values: { what: `steps of kind ${step.kind}` } });
  }
  return definition;
}
