import type { Release, UpgradeEdge } from '../release/release.ts';
import { comparePrecedence, compareVersions, parseVersion } from '../version/version.ts';
import { satisfies } from '../version/range.ts';
import { skippedMinor } from './kubernetes-path.ts';
import { decideNodeImage, imagesOnTheWay } from './node-image.ts';

/** Whether one version step may be taken, and why or why not, in one sentence. */
export type HopVerdict =
  | { readonly legal: true; readonly reason: string; readonly edge: UpgradeEdge }
  | { readonly legal: false; readonly reason: string };

/**
 * Judges the direct step from the installed release to another: only declared edges, never a downgrade, never past a
 * required release or a Kubernetes minor, and to a new major only from the newest release of the old one.
 *
 * @param known every release of the catalogue; those between the two decide whether the step skips something.
 */
export function judgeHop(installed: Release, target: Release, known: readonly Release[] = []): HopVerdict {
  const { product, version: from } = installed.metadata;
  const to = target.metadata.version;
  if (target.metadata.product !== product)
    return refuse(`It is a release of ${target.metadata.product}, not ${product}.`);
  if (compareVersions(to, from) === 0) return refuse(`${to} is installed already.`);
  if (comparePrecedence(parseVersion(to), parseVersion(from)) < 0) {
    return refuse(`${to} is older than the installed ${from}; downgrades are not supported.`);
  }
  const edge = bestEdge(target.spec.upgradesFrom, from);
  if (edge === undefined) return refuse(`${to} does not declare an upgrade from ${from}.${accepted(target)}`);
  const skipped = known.filter(({ metadata }) => metadata.product === product && isBetween(metadata.version, from, to));
  return (
    refuseSkippedRequired(skipped) ??
    refuseUnfinishedMajor(skipped, from, to) ??
    refuseKubernetes(installed, target) ?? { legal: true, edge, reason: reasonOf(edge, from, to) }
  );
}

function refuse(reason: string): HopVerdict {
  return { legal: false, reason };
}

/** An edge without a risk is better than one with. */
function bestEdge(edges: readonly UpgradeEdge[], from: string): UpgradeEdge | undefined {
  const matching = edges.filter(({ range }) => satisfies(from, range));
  return matching.find(({ risk }) => risk === undefined) ?? matching[0];
}

function accepted({ spec }: Release): string {
  if (spec.upgradesFrom.length === 0) return ' It can only be installed new.';
  return ` It accepts ${spec.upgradesFrom.map(({ range }) => range).join(' or ')}.`;
}

function isBetween(version: string, from: string, to: string): boolean {
  return compareVersions(version, from) > 0 && compareVersions(version, to) < 0;
}

function refuseSkippedRequired(skipped: readonly Release[]): HopVerdict | undefined {
  const required = newest(skipped.filter(({ spec }) => spec.required));
  return required === undefined ? undefined : refuse(`${required} must not be skipped; upgrade to it first.`);
}

function refuseUnfinishedMajor(skipped: readonly Release[], from: string, to: string): HopVerdict | undefined {
  const major = (version: string): string | undefined => parseVersion(version).core[0];
  if (major(from) === major(to)) return undefined;
  const last = newest(skipped.filter(({ metadata }) => major(metadata.version) === major(from)));
  return last === undefined
    ? undefined
    : refuse(`A new major is reached from the newest release of the old one; upgrade to ${last} first.`);
}

/** Kubernetes version skew policy: minors are upgraded one at a time and never go back. */
function refuseKubernetes(installed: Release, target: Release): HopVerdict | undefined {
  const from = installed.spec.kubernetes.version;
  const to = target.spec.kubernetes.version;
  const order = comparePrecedence(parseVersion(to), parseVersion(from));
  if (order < 0) return refuse(`Kubernetes would go back from ${from} to ${to}; it cannot be downgraded.`);
  const skipped = skippedMinor(from, imagesOnTheWay(installed, target));
  if (skipped !== undefined) {
    return refuse(
      `Kubernetes would go from ${from} to ${to}, and its minor versions cannot be skipped; ` +
        `go through a release on Kubernetes ${skipped}.`,
    );
  }
  const { needed, template } = decideNodeImage(installed, target);
  if (needed && template === undefined) {
    return refuse(`It moves Kubernetes from ${from} to ${to} and brings no node image for it.`);
  }
  return undefined;
}

function newest(releases: readonly Release[]): string | undefined {
  return releases
    .map(({ metadata }) => metadata.version)
    .toSorted(compareVersions)
    .at(-1);
}

function reasonOf({ range, risk }: UpgradeEdge, from: string, to: string): string {
  const base = `${to} declares the upgrade from ${from} (${range})`;
  return risk === undefined ? `${base}.` : `${base}, with the risk ${risk.name} to accept.`;
}
