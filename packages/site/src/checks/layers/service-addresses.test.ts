import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lostAddresses, servicesNamedIn } from './service-addresses.ts';

const object = (kind: string, content: object, name = 'a') => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'prod' },
  ...content,
});
const named = (kind: string, content: object) => [...servicesNamedIn(object(kind, content))];

describe('services that an object names', () => {
  it.each([
    ['a URL', 'http://api.prod.svc:8080/x', ['api.prod']],
    ['a whole name', 'api.prod.svc.cluster.local', ['api.prod']],
    ['a pod of a StatefulSet', 'mongodb://u:p@db-0.db.prod.svc,db-1.db.prod.svc/x', ['db.prod']],
    ['every name of a certificate', '*.db.prod.svc', ['db.prod']],
    ['what is filled in later', '$(POD).db.$(NAMESPACE).svc', []],
    ['a name that only begins so', 'api.prod.svcs api.prod.svc-x', []],
    ['what is commented out', '  # see api.prod.svc\n// api.prod.svc\n', []],
    ['a line below a comment', '# note\nhost: api.prod.svc', ['api.prod']],
    ['two parts', 'api.svc', []],
  ])('are found in %s', (_, text, found) => {
    expect(named('ConfigMap', { data: { x: text } })).toEqual(found);
    expect(named('Secret', { data: { x: Buffer.from(text).toString('base64') } })).toEqual(found);
  });

  it('are not looked for in what it says of itself', () => {
    expect(named('ConfigMap', { status: { at: 'api.prod.svc' } })).toEqual([]);
  });

  it('are found whatever stands around them, in time that grows with the text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(named('ConfigMap', { data: { x: `${before}\nx=api.prod.svc:1 ${after}` } })).toContain('api.prod');
      }),
    );
    expect(named('ConfigMap', { data: { x: 'a-'.repeat(500_000) } })).toEqual([]);
  });
});

describe('addresses that lead nowhere', () => {
  const to = (host: string) => object('ConfigMap', { data: { host: `${host}.svc` } });
  const services = new Set(['db.prod']);

  it('are told apart: in the place of others, as they are, and of what is new', () => {
    const judged = (live: string | undefined) =>
      lostAddresses([{ wanted: to('gone.prod'), live: live === undefined ? undefined : to(live) }], services);
    const one = [{ place: 'ConfigMap prod/a', text: expect.stringContaining('gone.prod.svc') }];
    expect(judged('db.prod')).toMatchObject({ changed: one, others: [] });
    expect(judged('gone.prod')).toMatchObject({ changed: [], others: one });
    expect(judged(undefined)).toMatchObject({ changed: [], others: one });
  });

  it('are none where the service is there', () => {
    expect(lostAddresses([{ wanted: to('db.prod'), live: undefined }], services)).toEqual({ changed: [], others: [] });
  });
});
