import { syncRegistry } from '@sealift/cli/demo/platform';
import { type Summary, summarySchema, upgradeSchema } from '@sealift/core/api';
import { peer } from '@sealift/testkit/peers';
import { tellProof } from '@sealift/testkit/proof-figures';
import { machinesEverMade } from '@sealift/testkit/site/machines-ever-made';
import { sitePeers } from '@sealift/testkit/site/programs';
import { describe, expect, it } from 'vitest';
import { differingLines, endStateOf } from './setup/end-state.ts';
import { startKilledEnvironment } from './setup/killed-environment.ts';
import { run, sealift } from './setup/sealift.ts';

const absent = [sitePeers(), peer('helm'), peer('govc'), peer('qemu-img')].find(({ missing }) => missing);

/** What an upgrade came to, from its API servers, its vCenter and its console. */
async function upgraded(oneIn: number) {
  const site = await startKilledEnvironment(oneIn);
  try {
    const { administrator, context, cluster, killed } = site;
    const { api } = administrator;
    const { workload, management, logs } = cluster.service.ready;
    await syncRegistry(api, context.cancel);
    const { id } = await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema);
    const { hash } = await api.get(`/api/v1/upgrades/${id}`, upgradeSchema);
    const began = performance.now();
    const confirmed = Promise.withResolvers<void>();
    site.killFrom(confirmed.promise);
    await api.postOnly(`/api/v1/upgrades/${id}/confirm`, { hash });
    confirmed.resolve();
    const { env, folder } = context;
    const { stdout, stderr } = await run(sealift, ['upgrade', 'wait', '--json'], { env, cwd: folder.path });
    if (stdout === '') throw new Error(`sealift upgrade wait: ${JSON.stringify(stderr)}`);
    const upgrade = upgradeSchema.parse(JSON.parse(stdout));
    const { statements, version, lockedBy, nodes } = await api.get('/api/v1/summary', summarySchema);
    return {
      state: upgrade.state,
      failure: upgrade.failure,
      steps: upgrade.steps.map((step) => `${step.id} ${step.state}`),
      summary: { statements: statements.map(withoutDetails), version, lockedBy, nodes: nodes.length },
      objects: { workload: await endStateOf(workload.kubeconfig), management: await endStateOf(management.kubeconfig) },
      made: await machinesEverMade(logs[0] ?? ''),
      minutes: (performance.now() - began) / 60_000,
      kills: killed.kills,
    };
  } finally {
    await site.remove();
  }
}

/** A sentence and what its checks came to; their details tell times. */
function withoutDetails({ checks, ...statement }: Summary['statements'][number]) {
  return { ...statement, checks: checks.map(({ name, outcome }) => `${name} ${outcome}`) };
}

type Upgraded = Awaited<ReturnType<typeof upgraded>>;

function told({ state, minutes, made }: Upgraded): string {
  return `${state} after ${minutes.toFixed(1)} minutes, ${made.length} machines ever made`;
}

function refuseUnfinished({ state, failure, summary, made }: Upgraded): void {
  expect(failure).toBeNull();
  expect(state).toBe('succeeded');
  expect(summary).toMatchObject({ version: '4.2.13', lockedBy: null, nodes: 6 });
  // Six at first, and six in their place.
  expect(made).toHaveLength(12);
  expect(new Set(made).size).toBe(12);
}

describe.skipIf(absent !== undefined)(
  `kill -9 of the console at every effect on a real cluster${absent === undefined ? '' : ` (${absent.remedy})`}`,
  () => {
    it('before and after each: it ends as if nothing had happened, and each machine is replaced once', async () => {
      const killed = await upgraded(1);
      process.stdout.write(`${killed.kills.join('\n')}\nkilled ${killed.kills.length} times, ${told(killed)}\n`);
      refuseUnfinished(killed);
      expect(killed.kills.length).toBeGreaterThan(50);
      const quiet = await upgraded(Number.POSITIVE_INFINITY);
      process.stdout.write(`undisturbed, ${told(quiet)}\n`);
      refuseUnfinished(quiet);
      expect(killed.steps).toEqual(quiet.steps);
      expect(killed.summary).toEqual(quiet.summary);
      for (const cluster of ['management', 'workload'] as const) {
        expect(differingLines(quiet.objects[cluster], killed.objects[cluster])).toEqual([]);
        expect(killed.objects[cluster]).toHaveLength(quiet.objects[cluster].length);
      }
      tellProof({ points: killed.kills.length, equal: killed.kills.length });
    }, 10_800_000);
  },
);
