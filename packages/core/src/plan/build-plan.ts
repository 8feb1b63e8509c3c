import { SealiftError } from '../errors/sealift-error.ts';
import type { Release } from '../release/release.ts';
import { comparePrecedence, parseVersion } from '../version/version.ts';
import { layerChanges, type LayerTransition } from './layer-changes.ts';
import { judgeHop } from './legality.ts';
import { decideNodeImage } from './node-image.ts';
import type { NodeImageDecision, Plan, PlanStep, RollbackClass, StepKind, StepTarget } from './plan.ts';

export interface PlanInput {
  readonly installed: Release;
  readonly target: Release;
  /** Digest of the target's release marker. */
  readonly targetDigest: string;
  /** Ids (`<layer>-<pack>`) of layers whose values change although their pack does not. */
  readonly editedLayers?: readonly string[];
  /** Every release of the catalogue, so that none that is required is skipped. */
  readonly known?: readonly Release[];
}

/**
 * The plan of one hop: its steps in the engine's default order.
 *
 * @throws UPGRADE_NOT_LEGAL with the reason when the step may not be taken.
 */
export function buildPlan({ installed, target, targetDigest, editedLayers = [], known = [] }: PlanInput): Plan {
  const from = installed.metadata.version;
  const to = target.metadata.version;
  const verdict = judgeHop(installed, target, known);
  if (!verdict.legal) throw new SealiftError('UPGRADE_NOT_LEGAL', { values: { from, to, reason: verdict.reason } });
  const nodeImage = decideNodeImage(installed, target);
  const edited = new Set(editedLayers);
  const layers = layerChanges(installed.spec.layers, target.spec.layers).filter(
    ({ id, change }) => change !== 'unchanged' || edited.has(id),
  );
  const drafts = [
    draft('lock-console', 'Lock the console', {}, 'reversible'),
    draft('backup', 'Back up configuration, database and cluster objects', {}, 'reversible'),
    ...gatewaySteps(installed, target),
    ...templateSteps(nodeImage, target),
    ...(verdict.edge.risk?.check === 'cns-cluster-id'
      ? [draft('cns', 'Give the cluster a storage identity of its own', {}, 'restorable')]
      : []),
    ...providerSteps(installed, target),
    ...rolloutSteps(nodeImage),
    ...layers.map((layer) => layerStep(layer)),
    draft('validate', 'Prove that the platform is healthy', {}, 'reversible'),
    draft('unlock-console', 'Unlock the console', {}, 'reversible'),
  ];
  const steps = drafts.map(({ name, ...step }): PlanStep => {
    const declared = Object.hasOwn(target.spec.steps, name) ? target.spec.steps[name]?.rollback : undefined;
    return { ...step, id: `0-${name}`, rollback: declared ?? step.rollback };
  });
  return { product: target.metadata.product, from, to, nodeImage, hops: [{ from, to, release: targetDigest, steps }] };
}

interface StepDraft {
  readonly name: string;
  readonly kind: StepKind;
  readonly title: string;
  readonly target: StepTarget;
  readonly rollback: RollbackClass;
}

function draft(
  kind: StepKind,
  title: string,
  target: StepTarget,
  rollback: RollbackClass,
  name: string = kind,
): StepDraft {
  return { name, kind, title, target, rollback };
}

/** Gateways upgrade themselves before each major or minor upgrade of the platform; a patch does not wait for them. */
function gatewaySteps(installed: Release, target: Release): StepDraft[] {
  const gateway = target.spec.gateway;
  if (gateway === undefined || sameMinor(installed.metadata.version, target.metadata.version)) return [];
  const title = `Wait until every gateway runs ${gateway.minimum} or newer`;
  return [draft('gateways', title, { version: gateway.minimum }, 'reversible')];
}

function templateSteps({ needed, template }: NodeImageDecision, { spec: { nodeImage } }: Release): StepDraft[] {
  if (!needed || template === undefined || nodeImage === undefined) return [];
  const { ova, sha256, digest, kubernetes } = nodeImage;
  return [
    draft('template', `Make the template ${template}`, { template, ova, sha256, digest, kubernetes }, 'reversible'),
  ];
}

function providerSteps(installed: Release, target: Release): StepDraft[] {
  const wanted = target.spec.clusterApi;
  const present = installed.spec.clusterApi;
  if (wanted === undefined) return [];
  if (wanted.core === present?.core && wanted.kubeadm === present.kubeadm && wanted.vsphere === present.vsphere)
    return [];
  // New providers may store their objects in a new version, which the old ones cannot read.
  const title = `Upgrade the Cluster API providers to ${wanted.core}`;
  return [draft('cluster-api-providers', title, { version: wanted.core }, 'restorable')];
}

function rolloutSteps({ needed, template, kubernetesFrom, kubernetesTo }: NodeImageDecision): StepDraft[] {
  if (!needed || template === undefined) return [];
  const target = { kubernetes: kubernetesTo, template };
  // Kubernetes does not support going back a minor version; within one the old nodes can be rolled out again.
  const rollback = sameMinor(kubernetesFrom, kubernetesTo) ? 'reversible' : 'restorable';
  const where = kubernetesFrom === kubernetesTo ? `the template ${template}` : `Kubernetes ${kubernetesTo}`;
  return [
    draft('control-plane', `Roll the control plane to ${where}`, target, rollback),
    draft('workers', `Roll the workers to ${where}`, target, rollback),
  ];
}

function layerStep({ id, layer, pack, change, from, to }: LayerTransition): StepDraft {
  const name = `layer-${id}`;
  if (to === undefined) {
    return draft('layer', `Remove ${pack} ${from?.version ?? ''} (${layer})`, { layer, pack }, 'restorable', name);
  }
  const title = {
    added: `Install ${pack} ${to.version} (${layer})`,
    changed: `Upgrade ${pack} from ${from?.version ?? ''} to ${to.version} (${layer})`,
    unchanged: `Apply the new values of ${pack} ${to.version} (${layer})`,
    removed: '',
  }[change];
  return draft('layer', title, { layer, pack, version: to.version, digest: to.digest }, 'reversible', name);
}

function sameMinor(a: string, b: string): boolean {
  const cut = (version: string) => {
    const parsed = parseVersion(version);
    return { ...parsed, core: parsed.core.slice(0, 2), prerelease: [] };
  };
  return comparePrecedence(cut(a), cut(b)) === 0;
}
