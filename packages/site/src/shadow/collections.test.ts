import { describe, expect, it } from 'vitest';
import { type Collection, isExamined, pairsOf } from './collections.ts';

const collection = (group: string, version: string, plural: string): Collection => ({
  group,
  version,
  plural,
  kind: plural,
  namespaced: true,
  verbs: ['list'],
  path: `/apis/${group}/${version}/${plural}`,
});

describe('the collections of two servers', () => {
  it('are looked at in the first version that both serve', () => {
    const running = [collection('autoscaling', 'v3', 'hpas'), collection('autoscaling', 'v2', 'hpas')];
    const other = [collection('autoscaling', 'v1', 'hpas'), collection('autoscaling', 'v2', 'hpas')];
    expect(pairsOf(running, other)).toEqual([{ running: running[1], other: other[1] }]);
  });

  it('are looked at in two versions where no other way is left, and named where the other serves none', () => {
    const running = [collection('a', 'v2', 'x'), collection('b', 'v1', 'x')];
    const other = [collection('a', 'v1', 'x'), collection('c', 'v1', 'x')];
    expect(pairsOf(running, other)).toEqual([
      { running: running[0], other: other[0] },
      { running: running[1], other: undefined },
    ]);
  });

  it('are not looked at where they are events, of either group', () => {
    const events = [collection('', 'v1', 'events'), collection('events.k8s.io', 'v1', 'events')];
    expect([...events.map(isExamined), isExamined(collection('my.io', 'v1', 'events'))]).toEqual([false, false, true]);
  });
});
