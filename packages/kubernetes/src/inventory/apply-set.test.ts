import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applySetId, asMember, groupKindsText, parseGroupKinds } from './apply-set.ts';

describe('an apply set', () => {
  it('has the id that kubectl computes', () => {
    // As `kubectl apply --prune --applyset=configmaps/layer-cni -n default` (1.32) wrote them on a real API server.
    const at = { namespace: 'default', name: 'layer-cni' };
    expect(applySetId({ kind: 'ConfigMap', ...at })).toBe('applyset-XanK7jmAu8PXT0A12Q2SsGBA42luW5qtBNMiovEsDwM-v1');
    expect(applySetId({ kind: 'Secret', ...at })).toBe('applyset-nkqb5jFkcH5ig5krIDqp8qeB9VcCQixcso-2Fz_pScE-v1');
  });

  it('has an id that fits a label, and another one for each parent', () => {
    const parent = fc.record({
      kind: fc.constantFrom('ConfigMap', 'Secret'),
      namespace: fc.stringMatching(/^[a-z]{1,8}$/),
      name: fc.stringMatching(/^[a-z]([a-z-]{0,6}[a-z])?$/),
    });
    fc.assert(
      fc.property(parent, parent, (a, b) => {
        expect(applySetId(a)).toMatch(/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/);
        expect(applySetId(a) === applySetId(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('lists its kinds as kubectl does, and reads them again', () => {
    const kinds = [
      { group: 'apps', kind: 'Deployment' },
      { group: '', kind: 'ConfigMap' },
      { group: 'apps', kind: 'Deployment' },
    ];
    expect(groupKindsText(kinds)).toBe('ConfigMap,Deployment.apps');
    const kind = fc.record({
      group: fc.constantFrom('', 'apps', 'a.b.example'),
      kind: fc.stringMatching(/^[A-Z][a-z]{0,5}$/),
    });
    fc.assert(
      fc.property(fc.array(kind), (given) => {
        expect(groupKindsText(parseGroupKinds(groupKindsText(given)))).toBe(groupKindsText(given));
        expect(new Set(parseGroupKinds(groupKindsText(given)).map((each) => JSON.stringify(each)))).toEqual(
          new Set(given.map(({ group, kind: name }) => JSON.stringify({ group, kind: name }))),
        );
      }),
    );
    expect(parseGroupKinds(' , ConfigMap, ')).toEqual([{ group: '', kind: 'ConfigMap' }]);
  });

  it('marks its members and leaves their own labels', () => {
    const object = { apiVersion: 'v1', kind: 'A', metadata: { name: 'a', labels: { x: '1' } }, data: {} };
    expect(asMember(object, 'id')).toEqual({
      ...object,
      metadata: { name: 'a', labels: { x: '1', 'applyset.kubernetes.io/part-of': 'id' } },
    });
  });
});
