import { describe, expect, it } from 'vitest';
import { lintReleases } from './lint-releases.ts';
import { release } from './plan.fixture.ts';

const at = (
  version: string,
  kubernetes: string,
  from: readonly string[],
  ova = `u-2204-0-k-${kubernetes.replaceAll('.', '')}-0.ova`,
) => release({ version, kubernetes, ova, from });
const told = (releases: Parameters<typeof lintReleases>[0]) =>
  lintReleases(releases).map(({ kind, version, from, rule, severity }) => [kind, version, from, rule, severity]);

describe('releases beside each other', () => {
  it('are in order where each leads to a newer one', () => {
    expect(
      told([at('1.1.0', '1.32.1', ['1.0.0']), at('1.0.0', '1.31.1', []), at('1.2.0', '1.33.1', ['1.1.0'])]),
    ).toEqual([]);
  });

  it('are found where nothing leads to or from them', () => {
    const releases = [at('1.0.0', '1.31.1', []), at('1.1.0', '1.31.2', ['1.0.1']), at('1.2.0', '1.31.3', ['1.1.0'])];
    expect(told(releases)).toEqual([
      ['dead-end', '1.0.0', null, null, 'error'],
      ['unreachable', '1.1.0', null, 'declared-edges-only', 'error'],
    ]);
    const fresh = [at('1.0.0', '1.31.1', []), at('1.1.0', '1.31.2', []), at('1.2.0', '1.31.3', ['1.0.0', '1.1.0'])];
    expect(told(fresh)).toEqual([['unreachable', '1.1.0', null, 'declared-edges-only', 'warn']]);
  });

  it('are found where a declared step breaks a rule, but not where another release comes first', () => {
    expect(told([at('1.0.0', '1.31.1', []), at('1.1.0', '1.33.1', ['1.0.0'])])).toEqual([
      ['dead-end', '1.0.0', null, null, 'error'],
      ['never-legal', '1.1.0', '1.0.0', 'kubernetes-minor-by-minor', 'error'],
      ['unreachable', '1.1.0', null, null, 'error'],
    ]);
    const required = release({ version: '1.0.1', kubernetes: '1.31.1', ova: 'a.ova', from: ['1.0.0'], required: true });
    const last = release({ version: '1.1.0', kubernetes: '1.31.1', ova: 'a.ova', from: ['>=1.0.0'] });
    expect(told([release({ version: '1.0.0', kubernetes: '1.31.1', ova: 'a.ova' }), required, last])).toEqual([]);
    const bare = release({ version: '1.1.0', kubernetes: '1.31.2', from: ['1.0.0'] });
    expect(told([at('1.0.0', '1.31.1', []), bare])[1]).toContain('node-image-for-kubernetes');
  });

  it('are found where node images contradict their Kubernetes', () => {
    const twice = [at('1.0.0', '1.31.1', [], 'nodes.ova'), at('1.1.0', '1.31.2', ['1.0.0'], 'nodes.ova')];
    expect(told(twice)).toEqual([['image-contradicts', '1.1.0', null, null, 'error']]);
    const [named] = lintReleases([at('4.4.11', '1.28.11', [], 'u-2204-0-k-1289-0.ova')]);
    expect(named).toMatchObject({ severity: 'warn', message: expect.stringContaining('its name says 1289') });
  });
});
