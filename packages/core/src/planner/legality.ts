import type { UpgradeEdge } from '../release/release.ts';
import { comparePrecedence } from '../version/version.ts';
import { brokenRules, downgrade, edgeBetween, type HopRule, type PlanningSite, undeclared } from './hop-rules.ts';
import type { PlannableRelease } from './node-image.ts';
import { type GraphRelease, inGraph, releaseGraph, type ReleaseGraph } from './release-graph.ts';

/** Whether one version step may be taken, and why or why not, in one sentence. */
export type HopVerdict =
  | { readonly legal: true; readonly reason: string; readonly edge: UpgradeEdge }
  | { readonly legal: false; readonly reason: string; readonly rule: HopRule };

/**
 * Judges the direct step from the installed release to another: only declared edges, never a downgrade, never past a
 * required release or a Kubernetes minor, and to a new major only from the newest release of the old one.
 *
 * @param known every release of the catalogue; those between the two decide whether the step skips something.
 */
export function judgeHop(
  installed: PlannableRelease,
  target: PlannableRelease,
  known: readonly PlannableRelease[] = [],
): HopVerdict {
  const { product, version } = installed.metadata;
  if (target.metadata.product !== product) {
    const reason = `It is a release of ${target.metadata.product}, not ${product}.`;
    return { legal: false, rule: 'other-product', reason };
  }
  const graph = releaseGraph(product, [installed, target, ...known]);
  const [from, to] = [inGraph(graph, version), inGraph(graph, target.metadata.version)];
  if (from === undefined || to === undefined || from === to) {
    return { legal: false, rule: 'installed-already', reason: `${target.metadata.version} is installed already.` };
  }
  return judgeStep(graph, from, to);
}

/** Judges the direct step between two releases of a graph. */
export function judgeStep(
  graph: ReleaseGraph,
  from: GraphRelease,
  to: GraphRelease,
  site: PlanningSite = {},
): HopVerdict {
  if (comparePrecedence(to.version, from.version) < 0) return { legal: false, ...downgrade(from, to) };
  const edge = edgeBetween(from, to, site);
  if (edge === undefined) return { legal: false, ...undeclared(from, to) };
  const way = { providers: from.release.spec.clusterApi?.core, gateways: undefined };
  const [broken] = brokenRules({ graph, from, to, site }, way);
  return broken === undefined ? { legal: true, edge, reason: declares(edge, from, to) } : { legal: false, ...broken };
}

/** By what a release declares a step, for people. */
export function declares({ range, risk }: UpgradeEdge, from: GraphRelease, to: GraphRelease): string {
  const base = `${to.version.text} declares the upgrade from ${from.version.text} (${range})`;
  return risk === undefined ? `${base}.` : `${base}, with the risk ${risk.name} to accept.`;
}
