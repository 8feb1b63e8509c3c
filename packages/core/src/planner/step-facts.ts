import type { UpgradeEdge } from '../release/release.ts';
import { type BrokenRule, brokenByReleases, edgeBetween, imagesOf, type PlanningSite } from './hop-rules.ts';
import type { BringsKubernetes } from './kubernetes-path.ts';
import type { PlannableRelease } from './node-image.ts';
import type { GraphRelease, ReleaseGraph } from './release-graph.ts';

/** What is true of a declared step however one came to its beginning. */
export interface StepFacts<Known extends PlannableRelease = PlannableRelease> {
  readonly from: GraphRelease<Known>;
  readonly to: GraphRelease<Known>;
  readonly edge: UpgradeEdge;
  /** The images that nodes are replaced from, in order. */
  readonly images: readonly BringsKubernetes[];
  /** Rules that it breaks by what releases, registry and vCenter hold. */
  readonly broken: readonly BrokenRule[];
}

/** The declared steps of a graph, each looked at once: a search comes to the same step again and again. */
export class DeclaredSteps<Known extends PlannableRelease> {
  readonly #graph: ReleaseGraph<Known>;
  readonly #site: PlanningSite;
  readonly #from = new Map<number, readonly StepFacts<Known>[]>();

  constructor(graph: ReleaseGraph<Known>, site: PlanningSite) {
    this.#graph = graph;
    this.#site = site;
  }

  /** The steps that lead on from a release, to the older ones first. */
  from(from: GraphRelease<Known>): readonly StepFacts<Known>[] {
    const known = this.#from.get(from.place);
    if (known !== undefined) return known;
    const [graph, site] = [this.#graph, this.#site];
    const steps = graph.releases.slice(from.place + 1).flatMap((to) => {
      const edge = edgeBetween(from, to, site);
      if (edge === undefined) return [];
      return { from, to, edge, images: imagesOf(from, to), broken: brokenByReleases({ graph, from, to, site }) };
    });
    this.#from.set(from.place, steps);
    return steps;
  }
}

/** A function of two texts that is asked the same again and again. */
export function remembered<Answer>(ask: (a: string, b: string) => Answer): (a: string, b: string) => Answer {
  const rows = new Map<string, Map<string, Answer>>();
  return (a, b) => {
    let row = rows.get(a);
    if (row === undefined) {
      row = new Map();
      rows.set(a, row);
    }
    let answer = row.get(b);
    if (answer === undefined) {
      answer = ask(a, b);
      row.set(b, answer);
    }
    return answer;
  };
}
