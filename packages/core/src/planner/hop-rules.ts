import type { UpgradeEdge } from '../release/release.ts';
import { satisfies } from '../version/range.ts';
import { comparePrecedence, compareVersions, parseVersion } from '../version/version.ts';
import { skippedMinor } from './kubernetes-path.ts';
import { decideNodeImage, imagesOnTheWay } from './node-image.ts';
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
  'providers-before-kubernetes',
  'gateways-new-enough',
  'content-present',
  'room-for-templates',
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

/** A step between two releases of a graph, at a site that came as far as its beginning. */
export interface HopQuestion {
  readonly graph: ReleaseGraph;
  readonly from: GraphRelease;
  readonly to: GraphRelease;
  readonly site: PlanningSite;
  readonly way: ComeSoFar;
}

/** What releases on the way have changed before a step. */
export interface ComeSoFar {
  /** Cluster API as the site has it; undefined where no release told. */
  readonly providers: string | undefined;
  /** What gateways have upgraded themselves to; undefined while they are as they reported themselves. */
  readonly gateways: string | undefined;
}

/**
 * Every rule about content, machines and Kubernetes that a declared step breaks, in the order of the rules: empty where it may be taken.
 * Whether it is declared at all is `edgeBetween`'s to say.
 */
export function brokenRules(hop: HopQuestion): readonly BrokenRule[] {
  return rules.flatMap((rule) => rule(hop) ?? []);
}

type Rule = (hop: HopQuestion) => BrokenRule | undefined;
const rules: readonly Rule[] = [
  requiredRelease,
  finishTheMajor,
  kubernetesNeverBack,
  kubernetesMinorByMinor,
  nodeImageForKubernetes,
  providersBeforeKubernetes,
  gatewaysNewEnough,
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
function providersBeforeKubernetes(hop: HopQuestion): BrokenRule | undefined {
  const core = hop.to.release.spec.clusterApi?.core ?? hop.way.providers;
  if (core === undefined || !decideNodeImage(hop.from.release, hop.to.release).needed) return undefined;
  for (const { kubernetes } of imagesOnTheWay(hop.from.release, hop.to.release)) {
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

function gatewaysNewEnough({ from, to, site, way }: HopQuestion): BrokenRule | undefined {
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

/** What the templates of a step take in vCenter, as far as the releases say; 0 where no node is replaced. */
export function templateBytes(from: GraphRelease, to: GraphRelease): number {
  if (!decideNodeImage(from.release, to.release).needed) return 0;
  return imagesOnTheWay(from.release, to.release).reduce((total, image) => {
    return total + ('sizeBytes' in image && typeof image.sizeBytes === 'number' ? image.sizeBytes : 0);
  }, 0);
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
