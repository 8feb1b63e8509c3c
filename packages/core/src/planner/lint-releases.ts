import { z } from 'zod';
import { packVersionSchema } from '../pack/pack.ts';
import { brokenByReleases, type BrokenRule, edgeBetween, hopRules } from './hop-rules.ts';
import type { PlannableRelease } from './node-image.ts';
import { type GraphRelease, type ReleaseGraph, releaseGraph } from './release-graph.ts';

/** What can be wrong with releases beside each other. */
export const releaseFindingSchema = z.object({
  kind: z.enum(['unreachable', 'dead-end', 'never-legal', 'image-contradicts']),
  /** What only looks wrong warns. */
  severity: z.enum(['error', 'warn']),
  product: z.string(),
  version: packVersionSchema,
  /** Of a step: where it comes from. */
  from: packVersionSchema.nullable(),
  rule: z.enum(hopRules).nullable(),
  message: z.string(),
  remedy: z.string(),
});
export type ReleaseFinding = z.infer<typeof releaseFindingSchema>;

/**
 * Looks for what a site could run into on its way through a vendor's releases: releases that nothing leads to or from, declared steps that no site
 * may take, and node images that contradict their Kubernetes. Oldest first.
 *
 * @throws VERSION_RANGE_INVALID for releases that were never checked
 */
export function lintReleases(releases: readonly PlannableRelease[]): readonly ReleaseFinding[] {
  const products = [...new Set(releases.map(({ metadata }) => metadata.product))];
  return products.flatMap((product) => {
    const graph = releaseGraph(product, releases);
    const steps = declaredSteps(graph);
    return graph.releases.flatMap((one) => [
      ...imageFindings(graph, one),
      ...neverLegal(graph, one, steps),
      ...unreachable(graph, one, steps),
      ...deadEnd(graph, one, steps),
    ]);
  });
}

/** A declared step and what it breaks by itself. */
interface DeclaredStep {
  readonly from: GraphRelease;
  readonly to: GraphRelease;
  readonly broken: readonly BrokenRule[];
}

function declaredSteps(graph: ReleaseGraph): readonly DeclaredStep[] {
  return graph.releases.flatMap((from) =>
    graph.releases.slice(from.place + 1).flatMap((to) => {
      if (edgeBetween(from, to) === undefined) return [];
      return { from, to, broken: brokenByReleases({ graph, from, to, site: {} }) };
    }),
  );
}

type Told = Pick<ReleaseFinding, 'kind' | 'message' | 'remedy'> & Partial<ReleaseFinding>;

function finding({ product }: ReleaseGraph, { version }: GraphRelease, told: Told): ReleaseFinding {
  return { severity: 'error', product, version: version.text, from: null, rule: null, ...told };
}

/** Steps that are left out on purpose, because a required release or the end of a major comes first, are covered by those that stay. */
const stopOvers: readonly BrokenRule['rule'][] = ['required-release', 'finish-the-major'];

function neverLegal(graph: ReleaseGraph, to: GraphRelease, steps: readonly DeclaredStep[]): ReleaseFinding[] {
  return steps
    .filter((step) => step.to === to)
    .flatMap(({ from, broken }) => {
      const wrong = broken.find(({ rule }) => !stopOvers.includes(rule));
      if (wrong === undefined) return [];
      return finding(graph, to, {
        kind: 'never-legal',
        from: from.version.text,
        rule: wrong.rule,
        message: `It declares the upgrade from ${from.version.text}, which no site may take. ${wrong.reason}`,
        remedy: remedyFor(wrong),
      });
    });
}

function remedyFor({ rule }: BrokenRule): string {
  if (rule === 'kubernetes-minor-by-minor') {
    return 'Bring images of the minors between in spec.intermediateNodeImages, or narrow the range so that sites go by way of another release.';
  }
  if (rule === 'node-image-for-kubernetes') return 'Bring the node image in spec.nodeImage.';
  return 'Narrow the range in spec.upgradesFrom.';
}

function unreachable(graph: ReleaseGraph, to: GraphRelease, steps: readonly DeclaredStep[]): ReleaseFinding[] {
  if (to.place === 0 || steps.some((step) => step.to === to && step.broken.length === 0)) return [];
  const accepts = to.release.spec.upgradesFrom.map(({ range }) => range).join(' or ');
  const isDeclared = steps.some((step) => step.to === to);
  const message =
    accepts === ''
      ? 'It declares no upgrade, so it can only be installed new.'
      : isDeclared
        ? `It accepts ${accepts}, and no site may take any of these steps.`
        : `It accepts ${accepts}, and none of the releases given is one of them.`;
  return [
    finding(graph, to, {
      kind: 'unreachable',
      rule: isDeclared ? null : 'declared-edges-only',
      // A release that begins a line is only installed new.
      severity: accepts === '' ? 'warn' : 'error',
      message,
      remedy:
        'Declare in spec.upgradesFrom from where it is reached, or give the releases that it is reached from too.',
    }),
  ];
}

function deadEnd(graph: ReleaseGraph, from: GraphRelease, steps: readonly DeclaredStep[]): ReleaseFinding[] {
  if (from.place === graph.releases.length - 1) return [];
  if (steps.some((step) => step.from === from && step.broken.length === 0)) return [];
  const message = 'No newer release may be installed from it: a site that runs it stays there.';
  const remedy = 'Let a newer release accept it in spec.upgradesFrom, with whatever lies between.';
  return [finding(graph, from, { kind: 'dead-end', message, remedy })];
}

/** The digits of Kubernetes in the name of an OVA: `12610` in `u-2204-0-k-12610-0.ova`. */
const kubernetesInName = /(?:^|-)k-([0-9]+)(?:-|\.)/;

function imageFindings(graph: ReleaseGraph, one: GraphRelease): ReleaseFinding[] {
  const { nodeImage, intermediateNodeImages: between = [] } = one.release.spec;
  return [...between, ...(nodeImage === undefined ? [] : [nodeImage])].flatMap(({ ova, kubernetes }) => {
    const other = graph.releases
      .slice(0, one.place)
      .flatMap(({ release, version }) => {
        const { nodeImage: last, intermediateNodeImages: more = [] } = release.spec;
        return [...more, ...(last === undefined ? [] : [last])].map((image) => ({ ...image, of: version.text }));
      })
      .find((image) => image.ova === ova && image.kubernetes !== kubernetes);
    const digits = kubernetesInName.exec(ova)?.[1];
    return [
      ...(other === undefined
        ? []
        : [
            finding(graph, one, {
              kind: 'image-contradicts',
              message: `${ova} holds Kubernetes ${kubernetes} here and ${other.kubernetes} in ${other.of}, and both would be one template.`,
              remedy: 'Give each image a name of its own.',
            }),
          ]),
      ...(digits === undefined || digits === kubernetes.replaceAll('.', '')
        ? []
        : [
            finding(graph, one, {
              kind: 'image-contradicts',
              severity: 'warn',
              message: `${ova} is said to hold Kubernetes ${kubernetes}, and its name says ${digits}.`,
              remedy: 'Look which one is inside; correct the name or spec.nodeImage.kubernetes.',
            }),
          ]),
    ];
  });
}
