import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestRoutes } from './find-routes.ts';
import { hopRules } from './hop-rules.ts';
import { pathPlanSchema } from './path-plan.ts';
import { planPath } from './plan-path.ts';
import { inGraph, releaseGraph } from './release-graph.ts';
import { DeclaredSteps } from './step-facts.ts';
import { everyPath, type TriedPath } from './testing/every-path.ts';
import { type DrawnGraph, drawnGraphs, publish, versionOf } from './testing/random-graph.ts';

const runs = 1000;

function inputOf(drawn: DrawnGraph) {
  const releases = publish(drawn);
  const graph = releaseGraph('Harborview', releases);
  const from = inGraph(graph, versionOf(drawn, 0));
  if (from === undefined) throw new Error('the first release is not in its graph');
  const site = {
    missing: new Map(
      releases.map(({ metadata }, place) => [metadata.version, drawn.releases[place]?.missing ? ['x'] : []]),
    ),
    gateways: drawn.gateways.map((version, index) => ({ name: `g${index}`, version: `1.${version}.0` })),
    ...(drawn.freeMegabytes === undefined ? {} : { freeBytes: drawn.freeMegabytes * 1_000_000 }),
    accepted: new Set(drawn.accepted ? ['Small', 'Great'] : []),
  };
  return { graph, from, to: undefined, site, machines: drawn.machines };
}

function cheaper(a: TriedPath, b: TriedPath): number {
  for (const [index, value] of a.cost.entries()) if (value !== b.cost[index]) return value - (b.cost[index] ?? 0);
  for (const [index, place] of a.places.entries()) if (place !== b.places[index]) return (b.places[index] ?? 0) - place;
  return 0;
}

describe('the planner beside an exhaustive search', () => {
  it('finds the path that trying every one of them finds, and as few broken rules where there is none', {
    timeout: 120_000,
  }, () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(drawnGraphs, (drawn) => {
        const input = inputOf(drawn);
        const search = { ...input, start: input.from, steps: new DeclaredSteps(input.graph, input.site) };
        const [legal, any] = [bestRoutes(search), bestRoutes({ ...search, evenBroken: true })];
        const tried = Map.groupBy(everyPath(drawn), ({ places }) => places.at(-1) ?? 0);
        expect(new Set(any.keys())).toEqual(new Set(tried.keys()));
        for (const [place, paths] of tried) {
          const [best] = paths.toSorted(cheaper);
          const route = legal.get(place) ?? any.get(place);
          const places = [0, ...(route?.hops.map(({ to }) => to.place) ?? [])];
          expect(route?.cost[0]).toBe(best?.cost[0]);
          expect(any.get(place)?.cost[0]).toBe(best?.cost[0]);
          // How many machines a path replaces that cannot be gone has no meaning.
          if (best?.broken.length === 0) {
            expect(route?.cost).toEqual(best.cost);
            expect(places).toEqual(best.places);
          }
          const taken = paths.find((path) => String(path.places) === String(places));
          expect(route?.hops.flatMap(({ broken }) => broken.map(({ rule }) => rule))).toEqual(taken?.broken);
          for (const rule of best?.broken ?? []) seen.add(rule);
        }
      }),
      { numRuns: runs },
    );
    // What was never drawn was not tried.
    expect([...seen].toSorted()).toEqual(
      hopRules
        .filter((rule) => !['other-product', 'installed-already', 'no-downgrade', 'declared-edges-only'].includes(rule))
        .toSorted(),
    );
  });

  it('names the rule of every refusal, takes only legal hops, and has the second best path among the others', {
    timeout: 120_000,
  }, () => {
    fc.assert(
      fc.property(drawnGraphs, (drawn) => {
        const plan = planPath(inputOf(drawn));
        expect(pathPlanSchema.parse(plan)).toEqual(plan);
        const legal = everyPath(drawn).filter(({ broken }) => broken.length === 0);
        const reached = new Set(legal.map(({ places }) => versionOf(drawn, places.at(-1) ?? 0)));
        const newer = drawn.releases.map((_, place) => versionOf(drawn, place)).slice(1);
        expect(plan.refused.map(({ version }) => version)).toEqual(
          newer.filter((version) => !reached.has(version)).toReversed(),
        );
        for (const { because } of plan.refused) {
          for (const { rule, reason } of because) {
            expect(hopRules).toContain(rule);
            expect(reason).toMatch(/\.$/);
          }
        }
        expect(plan.path === null).toBe(reached.size === 0);
        const ways = legal.filter(({ places }) => versionOf(drawn, places.at(-1) ?? 0) === plan.to).toSorted(cheaper);
        const versionsOf = (places: readonly number[]) => places.slice(1).map((place) => versionOf(drawn, place));
        expect(plan.path?.hops.map(({ to }) => to)).toEqual(ways[0] && versionsOf(ways[0].places));
        expect(plan.runnersUp[0]?.hops.map(({ to }) => to)).toEqual(ways[1] && versionsOf(ways[1].places));
        const counted = plan.path?.rollouts;
        if (counted !== undefined) {
          const { 'control-plane': each, workers } = drawn.machines;
          expect(plan.path?.machines).toBe(ways[0]?.cost[2]);
          expect(counted['control-plane'] * each + counted.workers * workers).toBe(ways[0]?.cost[2]);
        }
      }),
      { numRuns: runs },
    );
  });
});
