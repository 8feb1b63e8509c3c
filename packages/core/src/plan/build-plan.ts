import { SealiftError } from '../errors/sealift-error.ts';
import type { Release } from '../release/release.ts';
import { comparePrecedence, parseVersion } from '../version/version.ts';
import { layerChanges, type LayerTransition } from './layer-changes.ts';
import { judgeHop } from './legality.ts';
import { decideNodeImage } from './node-image.ts';
import type { NodeImageDecision, Plan, PlanStep, StepKind, StepTarget } from './plan.ts';
import { rollbackOf } from './rollback.ts';

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
    draft('lock-console', 'Lock the console', {}),
    draft('backup', 'Back up configuration, database and cluster objects', {}),
    ...gatewaySteps(installed, target),
    ...templateSteps(nodeImage, target),
    ...(verdict.edge.risk?.check === 'cns-cluster-id'
      ? [draft('cns', 'Give the cluster a storage identity of its own', {})]
      : []),
    ...providerSteps(installed, target),
    ...rolloutSteps(nodeImage),
    ...layers.map((layer) => layerStep(layer)),
    draft('validate', 'Prove that the platform is healthy', {}),
    draft('unlock-console', 'Unlock the console', {}),
  ];
  const steps = drafts.map(({ name, ...step }): PlanStep => {
    const declared = Object.hasOwn(target.spec.steps, name) ? target.spec.steps[name]?.rollback : undefined;
    return { ...step, id: `0-${name}`, rollback: declared ?? rollbackOf[step.kind] };
  });
  return { product: target.metadata.product, from, to, nodeImage, hops: [{ from, to, release: targetDigest, steps }] };
}

interface StepDraft {
  readonly name: string;
  readonly kind: StepKind;
  readonly title: string;
  readonly target: StepTarget;
}

function draft(kind: StepKind, title: string, target: StepTarget, name: string = kind): StepDraft {
  return { name, kind, title, target };
}

/** Gateways upgrade themselves before each major or minor upgrade of the platform; a patch does not wait for them. */
function gatewaySteps(installed: Release, target: Release): StepDraft[] {
  const gateway = target.spec.gateway;
  if (gateway === undefined || sameMinor(installed.metadata.version, target.metadata.version)) return [];
  const title = `Wait until every gateway runs ${gateway.minimum} or newer`;
  return [draft('gateways', title, { version: gateway.minimum })];
}

function templateSteps({ needed, template }: NodeImageDecision, { spec: { nodeImage } }: Release): StepDraft[] {
  if (!needed || template === undefined || nodeImage === undefined) return [];
  const { ova, sha256, digest, kubernetes } = nodeImage;
  return [draft('template', `Make the template ${template}`, { template, ova, sha256, digest, kubernetes })];
}

function providerSteps(installed: Release, target: Release): StepDraft[] {
  const wanted = target.spec.clusterApi;
  const present = installed.spec.clusterApi;
  if (wanted === undefined) return [];
  if (wanted.core === present?.core && wanted.kubeadm === present.kubeadm && wanted.vsphere === present.vsphere)
    return [];
  // New providers may store their objects in a new version, which the old ones cannot read.
  const title = `Upgrade the Cluster API providers to ${wanted.core}`;
  return [draft('cluster-api-providers', title, { version: wanted.core })];
}

function rolloutSteps({ needed, template, kubernetesFrom, kubernetesTo }: NodeImageDecision): StepDraft[] {
  if (!needed || template === undefined) return [];
  const target = { kubernetes: kubernetesTo, template };
  const where = kubernetesFrom === kubernetesTo ? `the template ${template}` : `Kubernetes ${kubernetesTo}`;
  return [
    draft('control-plane', `Roll the control plane to ${where}`, target),
    draft('workers', `Roll the workers to ${where}`, target),
  ];
}

function layerStep({ id, layer, pack, change, from, to }: LayerTransition): StepDraft {
  const name = `layer-${id}`;
  if (to === undefined) {
    return draft('layer', `Remove ${pack} ${from?.version ?? ''} (${layer})`, { layer, pack }, name);
  }
  const title = {
    added: `Install ${pack} ${to.version} (${layer})`,
    changed: `Upgrade ${pack} from ${from?.version ?? ''} to ${to.version} (${layer})`,
    unchanged: `Apply the new values of ${pack} ${to.version} (${layer})`,
    removed: '',
  }[change];
  return draft('layer', title, { layer, pack, version: to.version, digest: to.digest }, name);
}

function sameMinor(a: string, b: string): boolean {
  const cut = (version: string) => {
    const parsed = parseVersion(version);
    return { ...parsed, core: parsed.core.slice(0, 2), prerelease: [] };
  };
  return comparePrecedence(cut(a), cut(b)) === 0;
}
