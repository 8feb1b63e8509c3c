import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { judgeHop } from './legality.ts';
import { release } from './plan.fixture.ts';

const from = (version: string, kubernetes = '1.26.8') => release({ version, kubernetes, ova: 'a.ova' });

describe('judgeHop', () => {
  it('allows a declared edge and says which', () => {
    const target = release({ version: '4.2.13', kubernetes: '1.26.10', ova: 'b.ova', from: ['>=4.2.0 <4.2.13'] });
    const verdict = judgeHop(from('4.2.12'), target);
    expect(verdict.legal).toBe(true);
    expect(verdict.reason).toBe('4.2.13 declares the upgrade from 4.2.12 (>=4.2.0 <4.2.13).');
  });

  it('prefers an edge without a risk', () => {
    const target = release({
      version: '4.2.13',
      kubernetes: '1.26.10',
      ova: 'b.ova',
      from: [{ range: '>=4.1.0 <4.2.13', risk: 'ClusterIdNotUnique' }, '>=4.2.0 <4.2.13'],
    });
    const safe = judgeHop(from('4.2.12'), target);
    const risky = judgeHop(from('4.1.12'), target);
    expect(safe.legal && safe.edge.risk).toBeUndefined();
    expect(risky.legal && risky.edge.risk?.name).toBe('ClusterIdNotUnique');
    expect(risky.reason).toContain('ClusterIdNotUnique');
  });

  it.each([
    ['another product', { product: 'Other', version: '4.2.13', kubernetes: '1.26.8' }, 'Other'],
    ['the installed version', { version: '4.2.12', kubernetes: '1.26.8' }, 'installed already'],
    ['a downgrade', { version: '4.2.11', kubernetes: '1.26.8' }, 'older'],
    ['a pre-release of the installed version', { version: '4.2.12-rc.1', kubernetes: '1.26.8' }, 'older'],
    ['a step without edge', { version: '4.2.13', kubernetes: '1.26.8', from: ['4.2.11'] }, 'It accepts 4.2.11'],
    ['a release without edges', { version: '4.2.13', kubernetes: '1.26.8', from: [] }, 'only be installed new'],
    ['an older Kubernetes', { version: '4.2.13', kubernetes: '1.26.7', ova: 'b.ova' }, 'cannot be downgraded'],
    ['a skipped Kubernetes minor', { version: '4.2.13', kubernetes: '1.28.0', ova: 'b.ova' }, 'Kubernetes 1.27'],
    ['new Kubernetes without node image', { version: '4.2.13', kubernetes: '1.26.10' }, 'no node image'],
  ])('refuses %s with the reason', (_, sketch, reason) => {
    const verdict = judgeHop(from('4.2.12'), release({ from: ['>=4.0.0'], ...sketch }));
    expect(verdict.legal).toBe(false);
    expect(verdict.reason).toContain(reason);
  });

  it('allows several Kubernetes minors where the release brings an image of each between, and names the first it lacks', () => {
    const image = (kubernetes: string) => {
      const sha256 = 'a'.repeat(64);
      const ova = `k-${kubernetes}.ova`;
      return { ova, os: 'x', kubernetes, sha256, digest: `sha256:${sha256}`, sizeBytes: 1 };
    };
    const to = (...between: readonly string[]) =>
      judgeHop(
        from('4.2.12'),
        release({
          version: '4.2.13',
          kubernetes: '1.29.1',
          ova: 'b.ova',
          from: ['>=4.0.0'],
          spec: { intermediateNodeImages: between.map(image) },
        }),
      );
    expect(to('1.27.4', '1.28.9').legal).toBe(true);
    expect(to('1.27.4').reason).toContain('Kubernetes 1.28');
    expect(to('1.28.9').reason).toContain('Kubernetes 1.27');
  });

  it('does not pass a required release, and names the last one', () => {
    const target = release({ version: '4.2.13', kubernetes: '1.26.8', from: ['>=4.2.0 <4.2.13'] });
    const between = ['4.2.10', '4.2.11'].map((version) => release({ version, kubernetes: '1.26.8', required: true }));
    expect(judgeHop(from('4.2.9'), target, between).reason).toContain('4.2.11 must not be skipped');
    expect(judgeHop(from('4.2.11'), target, between).legal).toBe(true);
    const ofAnother = [release({ product: 'Other', version: '4.2.11', kubernetes: '1.26.8', required: true })];
    expect(judgeHop(from('4.2.9'), target, ofAnother).legal).toBe(true);
  });

  it('enters a new major only from the newest release of the old one', () => {
    const target = release({ version: '5.0.0', kubernetes: '1.26.8', from: ['>=4.2.0 <5.0.0'] });
    const known = [from('4.2.12'), from('4.3.1'), from('5.0.0-rc.1'), target];
    expect(judgeHop(from('4.2.12'), target, known).reason).toContain('upgrade to 4.3.1 first');
    expect(judgeHop(from('4.3.1'), target, known).legal).toBe(true);
  });
});

const factsFile = new URL('../../../../../shared/data/upgrade-paths.json', import.meta.url);
const factsSchema = z.object({
  kubernetesByPlatform: z.array(z.object({ platform: z.string(), kubernetes: z.string(), ova: z.string() })),
  steps: z.array(z.object({ from: z.string(), to: z.string(), supported: z.boolean(), note: z.string().optional() })),
});
const facts = existsSync(factsFile)
  ? factsSchema.parse(JSON.parse(readFileSync(factsFile, 'utf8')))
  : { kubernetesByPlatform: [], steps: [] };
const skipsKubernetes = new Set(['4.6.41 4.7.27', '4.4.24 4.6.23', '4.8.47 4.9.38']);

/** What a platform version ships; for one not listed, what the rest of its minor does, else what `other` does. */
function shipped(platform: string, other: string): { kubernetes: string; ova: string } {
  const rows = facts.kubernetesByPlatform;
  const minor = `${platform.split('.').slice(0, 2).join('.')}.`;
  const row =
    rows.find((each) => each.platform === platform) ??
    rows.find((each) => each.platform.startsWith(minor)) ??
    rows.find((each) => each.platform === other);
  if (row === undefined) return { kubernetes: '1.26.10', ova: 'unknown.ova' };
  return { kubernetes: row.kubernetes, ova: `${row.ova}.ova` };
}

describe.skipIf(facts.steps.length === 0)(
  'judgeHop on documented steps (needs ../shared/data beside the checkout)',
  () => {
    it.each(facts.steps)('$from to $to', ({ from: old, to, supported }) => {
      const declared = facts.steps.filter((step) => step.to === to && step.supported).map((step) => step.from);
      const installed = release({ version: old, ...shipped(old, to) });
      const target = release({ version: to, ...shipped(to, old), from: declared });
      const verdict = judgeHop(installed, target);
      const skips = skipsKubernetes.has(`${old} ${to}`);
      expect(verdict.legal).toBe(supported && !skips);
      if (!skips) return;
      // Even a release that declares the step does not get past the rule.
      const declaring = release({ version: to, ...shipped(to, old), from: [old] });
      expect(judgeHop(installed, declaring).reason).toContain('minor versions cannot be skipped');
    });
  },
);
