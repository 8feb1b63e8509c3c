import type { UpgradeEdge } from '../release/release.ts';
import { parseRange, satisfies } from '../version/range.ts';
import { comparePrecedence, compareVersions, parseVersion } from '../version/version.ts';
import { type BringsKubernetes, skippedMinor } from './kubernetes-path.ts';
import { decideNodeImage, imagesOnTheWay, type PlannableRelease } from './node-image.ts';
import { neededProviders } from './provider-floor.ts';
import type { GraphRelease, ReleaseGraph } from './release-graph.ts';

/** The rules by which a step from one release to another is refused, by their names. */
export const hopRules = [
  'other-product',
  'installed-already',
  'no-downgrade',
  'declared-edges-only',
  'required-release',
  'finish-the-major',
  'kubernetes-never-back',
  'kubernetes-minor-by-minor',
  'node-image-for-kubernetes',
  'content-present',
  'room-for-templates',
  'providers-before-kubernetes',
  'gateways-new-enough',
] as const;
export type HopRule = (typeof hopRules)[number];

/** One rule that a step breaks, and how, in one sentence. */
export interface BrokenRule {
  readonly rule: HopRule;
  readonly reason: string;
}

/** A gateway as it reported itself last. */
export interface KnownGateway {
  readonly name: string;
  readonly version: string;
}

/** What is known of the site beside its releases; what is missing is not known, and refuses nothing. */
export interface PlanningSite {
  /** By version, what of a release's content is not in the registry; nothing for one that was not looked up. */
  readonly missing?: ReadonlyMap<string, readonly string[]>;
  readonly gateways?: readonly KnownGateway[];
  /** Room for new templates. */
  readonly freeBytes?: number;
  /** Names of risks that were accepted. */
  readonly accepted?: ReadonlySet<string>;
}

/** A step between two releases of a graph. */
export interface HopQuestion {
  readonly graph: ReleaseGraph;
  readonly from: GraphRelease;
  readonly to: GraphRelease;
  readonly site: PlanningSite;
}

/** What releases on the way have changed before a step. */
export interface ComeSoFar {
  /** Cluster API as the site has it; undefined where no release told. */
  readonly providers: string | undefined;
  /** What gateways have upgraded themselves to; undefined while they are as they reported themselves. */
  readonly gateways: string | undefined;
}

/**
 * Every rule that a declared step breaks by itself, however one came to its beginning, in the order of the rules. Whether it is declared at all
 * is `edgeBetween`'s to say.
 */
export function brokenByReleases(hop: HopQuestion): readonly BrokenRule[] {
  return rules.flatMap((rule) => rule(hop) ?? []);
}

/** Every rule that a declared step breaks by what the way to it has left behind. */
export function brokenByTheWay(
  hop: HopQuestion,
  way: ComeSoFar,
  images: readonly BringsKubernetes[],
): readonly BrokenRule[] {
  return [providersBeforeKubernetes(hop, way, images) ?? [], gatewaysNewEnough(hop, way) ?? []].flat();
}

/** Every rule that a declared step breaks. */
export function brokenRules(hop: HopQuestion, way: ComeSoFar): readonly BrokenRule[] {
  return [...brokenByReleases(hop), ...brokenByTheWay(hop, way, imagesOf(hop.from, hop.to))];
}

type Rule = (hop: HopQuestion) => BrokenRule | undefined;
const rules: readonly Rule[] = [
  requiredRelease,
  finishTheMajor,
  kubernetesNeverBack,
  kubernetesMinorByMinor,
  nodeImageForKubernetes,
  contentPresent,
  roomForTemplates,
];

/** The edge by which a release declares a step: of several the one with the least risk that is not accepted. */
export function edgeBetween(
  from: Pick<GraphRelease, 'version'>,
  to: Pick<GraphRelease, 'edges'>,
  { accepted }: PlanningSite = {},
): UpgradeEdge | undefined {
  const matching = to.edges.filter(({ range }) => satisfies(from.version, range)).map(({ edge }) => edge);
  return matching.toSorted((a, b) => riskOf(a, accepted) - riskOf(b, accepted))[0];
}

const severities = { low: 1, medium: 100, high: 10_000 } as const;

/** How much an edge's risk weighs: one of a higher severity more than all lower ones of a path; an accepted one nothing. */
export function riskOf({ risk }: UpgradeEdge, accepted: ReadonlySet<string> = new Set()): number {
  return risk === undefined || accepted.has(risk.name) ? 0 : severities[risk.severity];
}

/** The risks that are declared for the steps from each release to the next. */
export function declaredRisks(releases: readonly PlannableRelease[]): readonly NonNullable<UpgradeEdge['risk']>[] {
  return releases.slice(1).flatMap((to, index) => {
    const from = parseVersion(releases[index]?.metadata.version ?? '');
    const edges = to.spec.upgradesFrom.map((edge) => ({ edge, range: parseRange(edge.range) }));
    return edgeBetween({ version: from }, { edges })?.risk ?? [];
  });
}

/** Why an undeclared step is refused. */
export function undeclared(from: GraphRelease, to: GraphRelease): BrokenRule {
  const { upgradesFrom } = to.release.spec;
  const accepts =
    upgradesFrom.length === 0
      ? 'It can only be installed new.'
      : `It accepts ${upgradesFrom.map(({ range }) => range).join(' or ')}.`;
  const reason = `${to.version.text} does not declare an upgrade from ${from.version.text}. ${accepts}`;
  return { rule: 'declared-edges-only', reason };
}

/** Why a step back is refused. */
export function downgrade(from: GraphRelease, to: GraphRelease): BrokenRule {
  const reason = `${to.version.text} is older than the installed ${from.version.text}; downgrades are not supported.`;
  return { rule: 'no-downgrade', reason };
}

function requiredRelease({ graph, from, to }: HopQuestion): BrokenRule | undefined {
  const required = graph.requiredBefore[to.place] ?? -1;
  if (required <= from.place) return undefined;
  const name = graph.releases[required]?.version.text ?? '';
  return { rule: 'required-release', reason: `${name} must not be skipped; upgrade to it first.` };
}

function finishTheMajor({ graph, from, to }: HopQuestion): BrokenRule | undefined {
  const major = majorOf(from);
  if (major === majorOf(to)) return undefined;
  const last = graph.releases.slice(from.place + 1, to.place).findLast((one) => majorOf(one) === major);
  if (last === undefined) return undefined;
  const reason = `A new major is reached from the newest release of the old one; upgrade to ${last.version.text} first.`;
  return { rule: 'finish-the-major', reason };
}

function majorOf({ version }: GraphRelease): string | undefined {
  return version.core[0];
}

/** Kubernetes version skew policy: a cluster never goes back. */
function kubernetesNeverBack(hop: HopQuestion): BrokenRule | undefined {
  const [from, to] = kubernetesOf(hop);
  if (comparePrecedence(parseVersion(to), parseVersion(from)) >= 0) return undefined;
  const reason = `Kubernetes would go back from ${from} to ${to}; it cannot be downgraded.`;
  return { rule: 'kubernetes-never-back', reason };
}

/** Kubernetes version skew policy: minors are upgraded one at a time. */
function kubernetesMinorByMinor(hop: HopQuestion): BrokenRule | undefined {
  const [from, to] = kubernetesOf(hop);
  const skipped = skippedMinor(from, imagesOnTheWay(hop.from.release, hop.to.release));
  if (skipped === undefined) return undefined;
  const reason =
    `Kubernetes would go from ${from} to ${to}, and its minor versions cannot be skipped; ` +
    `go through a release on Kubernetes ${skipped}.`;
  return { rule: 'kubernetes-minor-by-minor', reason };
}

function nodeImageForKubernetes(hop: HopQuestion): BrokenRule | undefined {
  const [from, to] = kubernetesOf(hop);
  const { needed, template } = decideNodeImage(hop.from.release, hop.to.release);
  if (!needed || template !== undefined) return undefined;
  const reason = `It moves Kubernetes from ${from} to ${to} and brings no node image for it.`;
  return { rule: 'node-image-for-kubernetes', reason };
}

function kubernetesOf({ from, to }: HopQuestion): readonly [string, string] {
  return [from.release.spec.kubernetes.version, to.release.spec.kubernetes.version];
}

/** The providers of the step's own release are installed before its machines are made. */
function providersBeforeKubernetes(
  { to }: HopQuestion,
  way: ComeSoFar,
  images: readonly BringsKubernetes[],
): BrokenRule | undefined {
  const core = to.release.spec.clusterApi?.core ?? way.providers;
  if (core === undefined) return undefined;
  for (const { kubernetes } of images) {
    const needed = neededProviders(kubernetes, core);
    if (needed === undefined) continue;
    const reason = `Machines of Kubernetes ${kubernetes} need Cluster API ${needed} or newer first, and it would be ${core}.`;
    return { rule: 'providers-before-kubernetes', reason };
  }
  return undefined;
}

/** Gateways upgrade themselves before each major or minor upgrade of the platform; a patch does not wait for them. */
export function gatewayMinimum(from: GraphRelease, to: GraphRelease): string | undefined {
  return sameMinor(from, to) ? undefined : to.release.spec.gateway?.minimum;
}

function gatewaysNewEnough({ from, to, site }: HopQuestion, way: ComeSoFar): BrokenRule | undefined {
  const minimum = gatewayMinimum(from, to);
  if (minimum === undefined) return undefined;
  const isBehind = (version: string) => compareVersions(version, minimum) < 0;
  if (way.gateways !== undefined && !isBehind(way.gateways)) return undefined;
  const behind = (site.gateways ?? []).filter(({ version }) => isBehind(version));
  if (behind.length === 0) return undefined;
  const named = behind.map(({ name, version }) => `${name} runs ${version}`).join(', ');
  return { rule: 'gateways-new-enough', reason: `Every gateway has to run ${minimum} or newer, and ${named}.` };
}

/** Whether two releases differ in their patch at most. */
function sameMinor(a: GraphRelease, b: GraphRelease): boolean {
  return [0, 1].every((part) => (a.version.core[part] ?? '0') === (b.version.core[part] ?? '0'));
}

const shownMissing = 3;

function contentPresent({ to, site }: HopQuestion): BrokenRule | undefined {
  const version = to.version.text;
  const missing = site.missing?.get(version) ?? [];
  if (missing.length === 0) return undefined;
  const more = missing.length > shownMissing ? ` and ${missing.length - shownMissing} more` : '';
  const reason = `The registry does not hold ${missing.slice(0, shownMissing).join(', ')}${more} of ${version}; run airgap-v${version}.bin again.`;
  return { rule: 'content-present', reason };
}

function roomForTemplates({ from, to, site }: HopQuestion): BrokenRule | undefined {
  if (site.freeBytes === undefined) return undefined;
  const needed = templateBytes(from, to);
  if (needed <= site.freeBytes) return undefined;
  const reason = `Its node images take ${mebibytes(needed)}, and there is room for ${mebibytes(site.freeBytes)}.`;
  return { rule: 'room-for-templates', reason };
}

/** The images that nodes are replaced from in a step, in order; none where they stay. */
export function imagesOf(from: GraphRelease, to: GraphRelease) {
  return decideNodeImage(from.release, to.release).needed ? imagesOnTheWay(from.release, to.release) : [];
}

/** What the templates of a step take in vCenter, as far as the releases say; 0 where no node is replaced. */
export function templateBytes(from: GraphRelease, to: GraphRelease): number {
  return imagesOf(from, to).reduce((total, image) => {
    return total + ('sizeBytes' in image && typeof image.sizeBytes === 'number' ? image.sizeBytes : 0);
  }, 0);
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
