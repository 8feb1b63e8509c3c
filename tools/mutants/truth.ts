import type { Mutant } from './mutant.ts';

const test = 'test/truth.test.ts';

/** Ways in which a page comes to state what is not so. The whole product runs with each: `npm run test:long -- truth-mutants`. */
export const truthMutants: readonly Mutant[] = [
  {
    mistake: 'nothing says that what is shown is not of now',
    file: 'packages/console/src/components/unknown-since.tsx',
    from: 'if (query.data === undefined || (',
    to: 'if (query.data !== null || (',
    test,
  },
  {
    mistake: 'what is unknown is unknown since this moment',
    file: 'packages/console/src/components/unknown-since.tsx',
    from: 'new Date(trueAt)',
    to: 'new Date(now)',
    test,
  },
  {
    mistake: 'what is shown does not become too old, only a failure tells',
    file: 'packages/console/src/components/unknown-since.tsx',
    from: 'now - trueAt <= oldestMs(everyMs)',
    to: 'trueAt <= now + oldestMs(everyMs)',
    test,
  },
  {
    mistake: 'ages stand still',
    file: 'packages/console/src/components/use-now.ts',
    from: 'setNow(Date.now()), 1000',
    to: 'setNow((before) => before), 1000',
    test,
  },
  {
    mistake: 'what cannot be read of the nodes is none',
    file: 'packages/server/src/platform/summary.ts',
    from: 'nodesKnown: nodes !== null,',
    to: 'nodesKnown: true,',
    test,
  },
  {
    mistake: 'the nodes that were read last are answered as those of now',
    file: 'packages/server/src/platform/cluster-routes.ts',
    from: "(await inTime({ what: 'the nodes', seconds }, (cancel) => cluster.cluster.nodes(cancel)))",
    to: "((cluster as any).kept = await inTime({ what: 'the nodes', seconds }, (cancel) => cluster.cluster.nodes(cancel)).catch(() => (cluster as any).kept))",
    test,
  },
  {
    mistake: 'the machines replaced are those of the plan',
    file: 'packages/console/src/features/upgrade/run/course/course-figures.tsx',
    from: "{sum('replaced')} of",
    to: "{sum('of')} of",
    test,
  },
  {
    mistake: 'a step that moves is done',
    file: 'packages/core/src/upgrade/progress/progress.ts',
    from: 'return { ...running, message: wait.what, wait, fraction: reached, machines };',
    to: "return { ...running, state: 'done', message: wait.what, wait, fraction: reached, machines };",
    test,
  },
];
