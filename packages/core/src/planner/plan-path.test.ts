import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Release } from '../release/release.ts';
import { buildRoutePlan } from './build-plan.ts';
import type { PlanningSite } from './hop-rules.ts';
import { digestOf, release } from './plan.fixture.ts';
import { planPath } from './plan-path.ts';
import { inGraph, releaseGraph } from './release-graph.ts';

const at = (version: string, kubernetes: string, from: readonly string[] = [], spec = {}) =>
  release({ version, kubernetes, ova: `k-${kubernetes}.ova`, from, spec });

function plan(releases: readonly Release[], from: string, to?: string, site: PlanningSite = {}) {
  const graph = releaseGraph('Harborview', releases);
  const find = (version: string) => {
    const found = inGraph(graph, version);
    if (found === undefined) throw new Error(`no release ${version}`);
    return found;
  };
  return planPath({ graph, from: find(from), to: to === undefined ? undefined : find(to), site });
}

const wayOf = (path: ReturnType<typeof plan>['path']) => path?.hops.map(({ to }) => to);

describe('the path to a release', () => {
  it('goes to the latest patch of the latest minor before a new major', () => {
    const releases = [
      at('4.2.12', '1.26.8'),
      at('4.2.13', '1.26.10', ['>=4.2.0 <4.2.13']),
      at('4.3.1', '1.26.10', ['>=4.2.0 <4.3.1']),
      at('5.0.0', '1.27.4', ['>=4.2.0 <5.0.0']),
    ];
    const found = plan(releases, '4.2.12');
    expect(wayOf(found.path)).toEqual(['4.3.1', '5.0.0']);
    expect(found.notDirectly).toMatchObject([{ rule: 'finish-the-major' }]);
    expect(found.runnersUp.map(wayOf)).toEqual([['4.2.13', '4.3.1', '5.0.0']]);
    expect(found.refused).toEqual([]);
  });

  it('rolls workers once where they may stay behind, and where a release does not support them as they are at once', () => {
    const minors = (supported: string) => [
      at('1.0.0', '1.31.1'),
      at('1.1.0', '1.32.1', ['1.0.0']),
      at('1.2.0', '1.33.1', ['1.1.0'], { kubernetes: { version: '1.33.1', supported } }),
      at('1.3.0', '1.34.1', ['1.2.0']),
    ];
    expect(plan(minors('>=1.26'), '1.0.0').path?.rollouts).toEqual({ 'control-plane': 3, workers: 1 });
    const { path } = plan(minors('>=1.33'), '1.0.0');
    expect(path?.hops.map(({ rollouts }) => rollouts.map(({ group }) => group))).toEqual([
      ['control-plane'],
      ['control-plane', 'workers'],
      ['control-plane', 'workers'],
    ]);
  });

  it('goes round a release whose content is not there, and names it where there is no other way', () => {
    const releases = [
      at('1.0.0', '1.31.1'),
      at('1.1.0', '1.32.1', ['1.0.0']),
      at('1.1.1', '1.32.2', ['1.0.0']),
      at(
        '1.2.0',
        '1.33.1',
        ['1.1.0', '1.1.1'].map((version) => version),
      ),
    ];
    const lost = (...versions: string[]) => ({ missing: new Map(versions.map((version) => [version, ['pack a 1']])) });
    expect(wayOf(plan(releases, '1.0.0').path)).toEqual(['1.1.1', '1.2.0']);
    expect(wayOf(plan(releases, '1.0.0', '1.2.0', lost('1.1.1')).path)).toEqual(['1.1.0', '1.2.0']);
    const closed = plan(releases, '1.0.0', '1.2.0', lost('1.1.0', '1.1.1'));
    expect(closed.path).toBeNull();
    expect(closed.refused[0]).toMatchObject({
      version: '1.2.0',
      because: [{ rule: 'content-present', reason: expect.stringContaining('run airgap-v1.1.1.bin again') }],
    });
  });

  it('wants providers that can make the machines, of the hop itself or of one before', () => {
    const components = { pack: 'cluster-api', version: '1', digest: digestOf('capi') };
    const capi = (core: string) => ({ clusterApi: { core, kubeadm: core, vsphere: '1.13.1', components } });
    const releases = (core: string) => [
      at('1.0.0', '1.33.5', [], capi('1.11.2')),
      at('1.1.0', '1.33.5', ['1.0.0'], capi(core)),
      at('1.2.0', '1.33.12', ['1.0.0', '1.1.0']),
    ];
    expect(wayOf(plan(releases('1.11.11'), '1.0.0').path)).toEqual(['1.1.0', '1.2.0']);
    const closed = plan(releases('1.11.10'), '1.0.0', '1.2.0');
    expect(closed.path).toBeNull();
    expect(closed.refused[0]?.because).toMatchObject([
      { rule: 'providers-before-kubernetes', reason: expect.stringContaining('need Cluster API 1.11.11') },
    ]);
  });

  it('names the gateways that are behind, which later hops find upgraded', () => {
    const gateway = (version: string, minimum: string) => ({ gateway: { version, minimum } });
    const releases = [
      at('1.0.0', '1.31.1'),
      at('1.0.1', '1.31.2', ['1.0.0'], gateway('1.0.1', '1.0.0')),
      at('1.1.0', '1.32.1', ['1.0.0', '1.0.1'], gateway('1.1.0', '1.0.1')),
    ];
    const site = { gateways: [{ name: 'hamburg', version: '1.0.0' }] };
    expect(wayOf(plan(releases, '1.0.0').path)).toEqual(['1.1.0']);
    expect(wayOf(plan(releases, '1.0.0', '1.1.0', site).path)).toEqual(['1.0.1', '1.1.0']);
    expect(plan(releases, '1.0.0', '1.1.0', site).notDirectly[0]?.reason).toContain('hamburg runs 1.0.0');
  });

  it('avoids a risk, even by more hops, unless it was accepted', () => {
    const releases = [
      at('1.0.0', '1.31.1'),
      at('1.1.0', '1.32.1', ['1.0.0']),
      release({
        version: '1.2.0',
        kubernetes: '1.32.2',
        ova: 'b.ova',
        from: [{ range: '1.0.0', risk: 'SlowDisks' }, '1.1.0'],
      }),
    ];
    expect(wayOf(plan(releases, '1.0.0', '1.2.0').path)).toEqual(['1.1.0', '1.2.0']);
    const accepted = plan(releases, '1.0.0', '1.2.0', { accepted: new Set(['SlowDisks']) });
    expect(wayOf(accepted.path)).toEqual(['1.2.0']);
    expect(accepted.path?.risks).toEqual([]);
  });

  it('says where the chain of declared steps to a release begins', () => {
    const releases = [at('1.0.0', '1.31.1'), at('1.2.0', '1.31.2', ['1.1.0']), at('1.3.0', '1.31.3', ['1.2.0'])];
    expect(plan(releases, '1.0.0').refused).toMatchObject([
      {
        version: '1.3.0',
        because: [{ to: '1.2.0', reason: expect.stringContaining('by way of 1.2.0. 1.2.0 does not') }],
      },
      { version: '1.2.0', because: [{ rule: 'declared-edges-only' }] },
    ]);
  });

  it('back to an older release is refused as such, and nothing else of what is older', () => {
    const releases = [at('1.0.0', '1.31.1'), at('1.1.0', '1.31.1', ['1.0.0']), at('1.2.0', '1.31.1', ['1.1.0'])];
    const found = plan(releases, '1.2.0', '1.1.0');
    expect([found.path, found.refused]).toEqual([
      null,
      [
        {
          version: '1.1.0',
          because: [
            {
              rule: 'no-downgrade',
              reason: '1.1.0 is older than the installed 1.2.0; downgrades are not supported.',
              from: '1.2.0',
              to: '1.1.0',
            },
          ],
        },
      ],
    ]);
    expect(plan(releases, '1.2.0', '1.2.0').refused).toEqual([]);
    expect(plan(releases, '1.2.0').refused).toEqual([]);
  });

  it('is built as one plan: locked once, proved after each hop, workers rolled when they have to be', () => {
    const releases = [at('1.0.0', '1.31.1'), at('1.1.0', '1.32.1', ['1.0.0']), at('1.2.0', '1.33.1', ['1.1.0'])];
    const [installed, ...targets] = releases;
    if (installed === undefined) throw new Error('no release');
    const hops = targets.map((target) => ({ target, targetDigest: digestOf(target.metadata.version) }));
    const built = buildRoutePlan({ installed, hops, known: releases });
    expect(built).toMatchObject({
      from: '1.0.0',
      to: '1.2.0',
      nodeImage: { kubernetesFrom: '1.31.1', kubernetesTo: '1.33.1' },
    });
    expect(built.hops.map(({ steps }) => steps.map(({ id }) => id))).toEqual([
      ['0-lock-console', '0-backup', '0-template', '0-control-plane', '0-validate'],
      ['1-template', '1-control-plane', '1-workers', '1-validate', '1-unlock-console'],
    ]);
  });
});

const factsFile = new URL('../../../../../shared/data/upgrade-paths.json', import.meta.url);
const factsSchema = z.object({
  kubernetesByPlatform: z.array(z.object({ platform: z.string(), kubernetes: z.string(), ova: z.string() })),
  steps: z.array(z.object({ from: z.string(), to: z.string(), supported: z.boolean() })),
});
const facts = existsSync(factsFile)
  ? factsSchema.parse(JSON.parse(readFileSync(factsFile, 'utf8')))
  : { kubernetesByPlatform: [], steps: [] };

/** Every version that is named, with what it ships or what the rest of its minor ships, and the steps that are documented for it. */
function documented(): Release[] {
  const { kubernetesByPlatform: rows, steps } = facts;
  const versions = new Set([...rows.map(({ platform }) => platform), ...steps.flatMap(({ from, to }) => [from, to])]);
  return [...versions].map((version) => {
    const minor = `${version.split('.').slice(0, 2).join('.')}.`;
    const row =
      rows.find(({ platform }) => platform === version) ??
      rows.find(({ platform }) => platform.startsWith(minor)) ??
      rows.at(-1);
    const from = steps.filter(({ to, supported }) => to === version && supported).map((step) => step.from);
    return release({ version, kubernetes: row?.kubernetes ?? '', ova: `${row?.ova}.ova`, from });
  });
}

/** Documented as one step, although Kubernetes would skip a minor. */
const skipsKubernetes = new Set(['4.6.41 4.7.27', '4.4.24 4.6.23']);

describe.skipIf(facts.steps.length === 0)(
  'the path of documented steps (needs ../shared/data beside the checkout)',
  () => {
    it.each(facts.steps)('$from to $to', ({ from, to, supported }) => {
      const { path, refused } = plan(documented(), from, to);
      const because = refused.find(({ version }) => version === to)?.because ?? [];
      if (skipsKubernetes.has(`${from} ${to}`)) {
        expect(path).toBeNull();
        expect(because).toMatchObject([{ rule: 'kubernetes-minor-by-minor', from, to }]);
      } else if (supported) {
        expect(wayOf(path)).toEqual([to]);
      } else {
        expect(wayOf(path)?.length ?? 2).toBeGreaterThan(1);
        expect(path === null ? because[0]?.rule : 'declared-edges-only').toBe('declared-edges-only');
      }
    });

    it('lead on over several hops, and by way of 4.9.14 as it is recommended', () => {
      expect(wayOf(plan(documented(), '4.7.27', '4.8.21').path)).toEqual(['4.8.21']);
      expect(wayOf(plan(documented(), '4.1.12', '4.2.7').path)).toEqual(['4.2.7']);
      const found = plan(documented(), '4.8.47', '4.9.22');
      expect(wayOf(found.path)).toEqual(['4.9.14', '4.9.22']);
      expect(found.path?.rollouts).toEqual({ 'control-plane': 2, workers: 1 });
    });
  },
);
