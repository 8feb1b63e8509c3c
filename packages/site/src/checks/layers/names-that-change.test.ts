import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@sealift/kubernetes/object';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesThatChange, namesThatEnd } from './names-that-change.ts';

const object = (kind: string, rest: object, apiVersion = 'v1'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'ui', namespace: 'harbor' },
  ...rest,
});
const ingress = (hosts: readonly string[], secretName?: string) =>
  object(
    'Ingress',
    {
      spec: {
        rules: hosts.map((host) => ({ host })),
        ...(secretName === undefined ? {} : { tls: [{ hosts, secretName }] }),
      },
    },
    'networking.k8s.io/v1',
  );
const service = (spec: object) => object('Service', { spec: { type: 'LoadBalancer', ...spec } });
const texts = (wanted: KubeObject, live?: KubeObject) =>
  namesThatChange([{ wanted, live }]).others.map(({ text }) => text);

describe('names and addresses that an upgrade changes', () => {
  it('are those that come, those that go, and another certificate', () => {
    expect(texts(ingress(['a.example', 'b.example'], 'new'), ingress(['a.example', 'c.example'], 'own'))).toEqual([
      'answers to b.example from then on',
      'does not answer to c.example any more',
      'shows the certificate of new in the place of own',
    ]);
    expect(texts(ingress(['a.example'], 'own'), ingress(['a.example'], 'own'))).toEqual([]);
    expect(texts(ingress(['a.example']))).toEqual(['answers to a.example from then on']);
    expect(texts(ingress(['a.example']), ingress(['a.example'], 'own'))).toEqual([
      'shows the certificate of none in the place of own',
    ]);
  });

  it('are addresses of load balancers that are new or others', () => {
    expect(texts(service({}))).toEqual(['gets an address of a load balancer, which is new']);
    expect(texts(service({}), object('Service', { spec: { type: 'ClusterIP' } }))).toHaveLength(1);
    expect(texts(service({}), service({ loadBalancerIP: '10.0.0.1' }))).toEqual([]);
    expect(texts(service({ loadBalancerIP: '10.0.0.2' }), service({ loadBalancerIP: '10.0.0.1' }))).toEqual([
      'gets another address: loadBalancerIP changes',
    ]);
  });
});

describe('names and addresses that go', () => {
  const ended = (live: KubeObject) => namesThatEnd([live]).others.map(({ text }) => text);

  it('are hosts of an ingress, and addresses of a load balancer', () => {
    expect(ended(ingress(['a.example', 'b.example']))).toEqual(['goes, and with it a.example, b.example']);
    expect(ended(ingress([]))).toEqual([]);
    expect(ended(service({}))).toEqual(['loses its address of a load balancer']);
  });

  it('are certificates, by whether somebody has put them in by hand', () => {
    const data = { 'tls.crt': Buffer.from('none').toString('base64') };
    const secret = object('Secret', { type: 'kubernetes.io/tls', data });
    expect(ended(secret)).toEqual(['goes with its certificate, one that cannot be read']);
    const managedFields = [{ manager: 'kubectl-edit', fieldsV1: { 'f:data': { 'f:tls.crt': {} } } }];
    const byHand = { ...secret, metadata: { ...secret.metadata, managedFields } };
    expect(namesThatEnd([byHand])).toMatchObject({
      others: [],
      replaced: [{ place: 'Secret harbor/ui', text: expect.stringContaining('though kubectl-edit has set it') }],
    });
  });
});

describe('a certificate that an upgrade replaces', () => {
  let folder: string;
  const pem: Record<string, string> = {};
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-names-'));
    for (const name of ['custom', 'made']) {
      const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
      const how = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
      execFileSync('openssl', [...how, '-subj', `/CN=${name}.example`, '-keyout', key, '-out', certificate], {
        stdio: 'ignore',
      });
      pem[name] = readFileSync(certificate, 'utf8');
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const secret = (name: string, manager = 'helm') => {
    const data = { 'tls.crt': Buffer.from(pem[name] ?? name).toString('base64') };
    const { metadata, ...rest } = object('Secret', { type: 'kubernetes.io/tls', data });
    const managedFields = [{ manager, operation: 'Update', fieldsV1: { 'f:data': { 'f:tls.crt': {} } } }];
    return { ...rest, metadata: { ...metadata, managedFields } };
  };

  it('is named with whose both are, and is no matter where it stays', () => {
    const { replaced, others } = namesThatChange([{ wanted: secret('made'), live: secret('custom') }]);
    expect(replaced).toEqual([]);
    expect(others).toMatchObject([
      { text: expect.stringMatching(/that of CN=custom\.example, until .* becomes that of CN=made/) },
    ]);
    expect(namesThatChange([{ wanted: secret('made'), live: secret('made') }]).others).toEqual([]);
    expect(namesThatChange([{ wanted: secret('made'), live: undefined }]).others).toEqual([]);
    expect(namesThatChange([{ wanted: secret('no certificate'), live: secret('made') }]).others).toHaveLength(1);
  });

  it('is nobody’s to replace silently where a person has put it there', () => {
    const { replaced } = namesThatChange([{ wanted: secret('made'), live: secret('custom', 'kubectl-edit') }]);
    expect(replaced).toMatchObject([
      { place: 'Secret harbor/ui', text: expect.stringContaining('kubectl-edit has set it') },
    ]);
    expect(JSON.stringify(replaced)).not.toContain('BEGIN');
  });
});
