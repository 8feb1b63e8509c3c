import { SealiftError } from '../errors/sealift-error.ts';
import type { Release, ReleasedNodeImage, UpgradeEdge } from '../release/release.ts';
import { templateName } from '../release/template-name.ts';
import { comparePrecedence, parseVersion } from '../version/version.ts';
import type { NodeImageDecision, Plan } from '../upgrade/plan/plan.ts';
import { rollbackOf } from '../upgrade/step/rollback.ts';
import type { PlanStep } from '../upgrade/step/step.ts';
import type { NodeRollout } from './kubernetes-path.ts';
import { layerChanges, layerId, type LayerTransition } from './layer-changes.ts';
import { judgeHop } from './legality.ts';
import { declaredSteps, isDeclared } from './declared-steps.ts';
import { decideNodeImage, imagesOnTheWay } from './node-image.ts';
import type { SetupGroup } from './node-setup.ts';
import { reversibleSteps } from './reversible-steps.ts';
import type { StepDraft } from './step-draft.ts';
import { routeRollouts } from './route-rollouts.ts';

/** A release that a hop goes to, and what of it changes beside what the releases tell. */
export interface HopInput {
  readonly target: Release;
  /** Digest of the target's release marker. */
  readonly targetDigest: string;
  /** Ids (`<layer>-<pack>`) of layers whose values change although their pack does not; with some, the target may be the installed release itself. */
  readonly editedLayers?: readonly string[];
  /** Groups of nodes whose machines kubeadm is to set up otherwise. */
  readonly newSetup?: readonly SetupGroup[];
  /** Whether the control plane is to stay able to go back until a person finalises it. */
  readonly reversible?: boolean;
}

export interface RouteInput {
  readonly installed: Release;
  /** At least one. */
  readonly hops: readonly HopInput[];
  /** Every release of the catalogue, so that none that is required is skipped. */
  readonly known?: readonly Release[];
}

export interface PlanInput extends HopInput, Pick<RouteInput, 'installed' | 'known'> {}

/**
 * The plan of one hop: its steps in the engine's default order.
 *
 * @throws UPGRADE_NOT_LEGAL with the reason when the step may not be taken, REVERSIBLE_NOT_OFFERED where it cannot stay able to go back
 */
export function buildPlan({ installed, known = [], ...hop }: PlanInput): Plan {
  return buildRoutePlan({ installed, hops: [hop], known });
}

/**
 * The plan of several hops, one after the other: the console is locked and backed up before the first and opened after the last, each hop ends
 * with the proof of its own release, and workers are rolled once for as many hops as may leave them behind.
 *
 * @throws UPGRADE_NOT_LEGAL with the reason when one of the steps may not be taken, or there is none.
 */
export function buildRoutePlan({ installed, hops, known = [] }: RouteInput): Plan {
  const legs = hops.map((hop, index) => ({ ...hop, installed: hops[index - 1]?.target ?? installed }));
  const rollouts = routeRollouts(legs);
  const built = legs.map((leg, index): Plan['hops'][number] & { nodeImage: NodeImageDecision } => {
    const place = { index, isFirst: index === 0, isLast: index === legs.length - 1 };
    return buildHop(leg, { rollouts: rollouts[index] ?? [], known, ...place });
  });
  const from = installed.metadata.version;
  const last = built.at(-1);
  if (last === undefined) {
    const values = { from, to: from, reason: `${from} is installed already.` };
    throw new SealiftError('UPGRADE_NOT_LEGAL', { values });
  }
  return {
    product: installed.metadata.product,
    from,
    to: last.to,
    nodeImage: overall(built),
    hops: built.map(({ nodeImage: _decision, ...hop }) => hop),
  };
}

interface HopPlace {
  readonly index: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly rollouts: readonly NodeRollout<ReleasedNodeImage>[];
  readonly known: readonly Release[];
}

function buildHop(
  {
    installed,
    target,
    targetDigest,
    editedLayers = [],
    newSetup = [],
    reversible = false,
  }: HopInput & { readonly installed: Release },
  { index, isFirst, isLast, rollouts, known }: HopPlace,
) {
  const from = installed.metadata.version;
  const to = target.metadata.version;
  const edited = new Set(editedLayers);
  const release =
    isSameRelease(installed, target) && edited.size > 0 ? nothingOfRelease : broughtBy(installed, target, known);
  const image = decideNodeImage(installed, target);
  const setUpAgain = setupSteps(installed, target, newSetup);
  const nodeImage = withSetup(image, newSetup, setUpAgain.length > 0);
  const images = imagesOnTheWay(installed, target);
  const all = layerChanges(installed.spec.layers, target.spec.layers);
  const isTouched = ({ id, change }: LayerTransition): boolean => change !== 'unchanged' || edited.has(id);
  const { declared } = release;
  const drafts: StepDraft[] = [
    ...(isFirst ? openingSteps : []),
    ...gatewaySteps(installed, target),
    ...templateSteps(nodeImage, images),
    ...release.storage,
    ...providerSteps(installed, target),
    ...storedVersionSteps(all.filter(isTouched)),
    ...declared('before', 'nodes'),
    ...(reversible
      ? reversibleSteps(installed, nodeImage)
      : nodeImage.needed
        ? rolloutSteps(nodeImage, rollouts)
        : setUpAgain),
    ...declared('after', 'nodes'),
    ...declared('before', 'layers'),
    // A layer that stays as it is has its place all the same.
    ...all.flatMap((layer) => [
      ...declared('before', layer.id),
      ...(isTouched(layer) ? [layerStep(layer)] : []),
      ...declared('after', layer.id),
    ]),
    ...declared('after', 'layers'),
    { kind: 'validate', title: 'Prove that the platform is healthy' },
    ...(isLast ? closingSteps : []),
  ];
  const steps = drafts.map((step): PlanStep => {
    const name = nameOf(step);
    const declared = Object.hasOwn(target.spec.steps, name) ? target.spec.steps[name]?.rollback : undefined;
    return { ...step, id: `${index}-${name}${suffixOf(step, target)}`, rollback: declared ?? rollbackOf[step.kind] };
  });
  return { from, to, release: targetDigest, steps, nodeImage };
}

/** The steps that a release itself asks for. */
interface OfRelease {
  readonly storage: readonly StepDraft[];
  readonly declared: ReturnType<typeof declaredSteps>;
}

/** New values for the release that runs: nothing of it is done anew. */
const nothingOfRelease: OfRelease = { storage: [], declared: () => [] };

/** @throws UPGRADE_NOT_LEGAL */
function broughtBy(installed: Release, target: Release, known: readonly Release[]): OfRelease {
  const verdict = judgeHop(installed, target, known);
  if (verdict.legal) return { storage: storageSteps(verdict.edge), declared: declaredSteps(target) };
  const [from, to] = [installed.metadata.version, target.metadata.version];
  throw new SealiftError('UPGRADE_NOT_LEGAL', { values: { from, to, reason: verdict.reason } });
}

function isSameRelease({ metadata: one }: Release, { metadata: other }: Release): boolean {
  return one.product === other.product && one.version === other.version;
}

/** Of a whole plan: from the first Kubernetes to the last, with each hop's own reason. */
function overall(hops: readonly { readonly to: string; readonly nodeImage: NodeImageDecision }[]): NodeImageDecision {
  const decisions = hops.map(({ nodeImage }) => nodeImage);
  const [first] = decisions;
  const last = decisions.findLast(({ needed }) => needed) ?? decisions.at(-1);
  if (first === undefined || last === undefined) throw new Error('a plan has a hop');
  if (decisions.length === 1) return first;
  const reason = hops.map(({ to, nodeImage }) => `${to}: ${nodeImage.reason}`).join(' ');
  return { ...last, kubernetesFrom: first.kubernetesFrom, kubernetesTo: decisions.at(-1)?.kubernetesTo ?? '', reason };
}

const openingSteps: readonly StepDraft[] = [
  { kind: 'lock-console', title: 'Lock the console' },
  { kind: 'backup', title: 'Back up configuration, database and cluster objects' },
];
const closingSteps: readonly StepDraft[] = [{ kind: 'unlock-console', title: 'Unlock the console' }];

/** The name under which a release speaks of a step; a layer's steps are named after the layer, those that it declares after themselves. */
function nameOf(step: StepDraft): string {
  if (isDeclared(step)) return `release-${step.target.name}`;
  return step.kind === 'layer' || step.kind === 'remove-layer' ? `layer-${layerId(step.target)}` : step.kind;
}

/** Gateways upgrade themselves before each major or minor upgrade of the platform; a patch does not wait for them. */
function gatewaySteps(installed: Release, target: Release): StepDraft[] {
  const gateway = target.spec.gateway;
  if (gateway === undefined || sameMinor(installed.metadata.version, target.metadata.version)) return [];
  const title = `Wait until every gateway runs ${gateway.minimum} or newer`;
  return [{ kind: 'gateways', title, target: { minimum: gateway.minimum } }];
}

/** What tells the steps of a kind apart where nodes go through several minors; those of the last have the plain name. */
function suffixOf(step: StepDraft, { spec: { kubernetes } }: Release): string {
  if (step.kind !== 'template' && step.kind !== 'control-plane' && step.kind !== 'workers') return '';
  return step.target.kubernetes === kubernetes.version ? '' : `-${step.target.kubernetes}`;
}

function templateSteps({ needed }: NodeImageDecision, images: readonly ReleasedNodeImage[]): StepDraft[] {
  if (!needed) return [];
  return images.map(({ ova, sha256, digest, kubernetes }) => {
    const template = templateName(ova);
    const title = `Make the template ${template}`;
    return { kind: 'template', title, target: { template, ova, sha256, digest, kubernetes } };
  });
}

function storageSteps({ risk }: UpgradeEdge): StepDraft[] {
  if (risk?.check !== 'cns-cluster-id') return [];
  return [{ kind: 'cns', title: 'Give the cluster a storage identity of its own' }];
}

function providerSteps(installed: Release, target: Release): StepDraft[] {
  const wanted = target.spec.clusterApi;
  // The components' pack may be another build of the same versions.
  if (wanted === undefined || wanted.components.digest === installed.spec.clusterApi?.components.digest) return [];
  // New providers may store their objects in a new version, which the old ones cannot read.
  const title = `Upgrade the Cluster API providers to ${wanted.core}`;
  return [{ kind: 'cluster-api-providers', title, target: wanted }];
}

/** A layer's definitions may serve other versions than those that objects are stored in; nobody knows before their packs are opened. */
function storedVersionSteps(layers: readonly LayerTransition[]): StepDraft[] {
  if (!layers.some(({ to }) => to !== undefined)) return [];
  return [{ kind: 'stored-versions', title: 'Rewrite objects that are stored in API versions that go' }];
}

function rolloutSteps(
  { kubernetesFrom, kubernetesTo }: NodeImageDecision,
  rollouts: readonly NodeRollout<ReleasedNodeImage>[],
): StepDraft[] {
  return rollouts.map(({ group, image: { kubernetes, ova } }): StepDraft => {
    const template = templateName(ova);
    const where = kubernetesFrom === kubernetesTo ? `the template ${template}` : `Kubernetes ${kubernetes}`;
    const who = group === 'control-plane' ? 'the control plane' : 'the workers';
    return { kind: group, title: `Roll ${who} to ${where}`, target: { kubernetes, template } };
  });
}

/** Machines are never set up again: they are replaced, from the image that they have. */
function setupSteps(installed: Release, target: Release, newSetup: readonly SetupGroup[]): StepDraft[] {
  const image = target.spec.nodeImage ?? installed.spec.nodeImage;
  if (image === undefined) return [];
  const nodes = { kubernetes: image.kubernetes, template: templateName(image.ova) };
  return newSetup.map((group): StepDraft => {
    const who = group === 'control-plane' ? 'the control plane' : 'the workers';
    return { kind: group, title: `Replace the machines of ${who} for other settings of kubeadm`, target: nodes };
  });
}

/** What is said of the nodes, with what kubeadm is to do otherwise. */
function withSetup(image: NodeImageDecision, newSetup: readonly SetupGroup[], isPlanned: boolean): NodeImageDecision {
  if (newSetup.length === 0) return image;
  const who = newSetup.map((group) => (group === 'control-plane' ? 'control plane' : 'workers')).join(' and ');
  const more = image.needed
    ? `New nodes of ${who} get other settings of kubeadm.`
    : isPlanned
      ? `Nodes of ${who} are replaced for other settings of kubeadm.`
      : `Settings of kubeadm for ${who} change, and wait until a release names a node image to replace nodes from.`;
  return { ...image, reason: `${image.reason} ${more}` };
}

function layerStep({ layer, pack, change, from, to }: LayerTransition): StepDraft {
  const installed = from?.version ?? '';
  if (to === undefined) {
    return { kind: 'remove-layer', title: `Remove ${pack} ${installed} (${layer})`, target: { layer, pack } };
  }
  const { version, digest } = to;
  const title = {
    added: `Install ${pack} ${version} (${layer})`,
    changed: `Upgrade ${pack} from ${installed} to ${version} (${layer})`,
    unchanged: `Apply the new values of ${pack} ${version} (${layer})`,
  }[change === 'removed' ? 'changed' : change];
  return { kind: 'layer', title, target: { layer, pack, version, digest } };
}

function sameMinor(a: string, b: string): boolean {
  const cut = (version: string) => {
    const parsed = parseVersion(version);
    return { ...parsed, core: parsed.core.slice(0, 2), prerelease: [] };
  };
  return comparePrecedence(cut(a), cut(b)) === 0;
}
