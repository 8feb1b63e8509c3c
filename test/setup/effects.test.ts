import { describe, expect, it } from 'vitest';
import { effectOnKubernetes, effectOnVcenter } from './effects.ts';

const passing = (method: string, path: string, body: unknown = '') => ({
  method,
  path,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const machine = '/apis/cluster.x-k8s.io/v1beta2/namespaces/default/machines/m1';
const on = (method: string, path: string, body?: unknown) =>
  effectOnKubernetes('workload', passing(method, path, body));

describe('what a request changes at an API server', () => {
  it('is nothing where it looks, tries, or asks for leave', () => {
    expect(on('GET', machine)).toBeUndefined();
    expect(on('PATCH', `${machine}?dryRun=All`, {})).toBeUndefined();
    expect(on('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {})).toBeUndefined();
  });

  it('differs by what it is changed to, and not by what each process makes anew', () => {
    const set = on('PATCH', machine, { metadata: { annotations: { hook: 'sealift' } } });
    expect(on('PATCH', machine, { metadata: { annotations: { hook: null } } })).not.toBe(set);
    const record = (id: string, at: string, resourceVersion: string) =>
      on('PUT', '/api/v1/namespaces/sealift/configmaps/layer', {
        metadata: { resourceVersion },
        data: { record: JSON.stringify({ attempt: { id, at, epoch: Number(resourceVersion) } }) },
      });
    expect(record('7344607c-c68b-5168-98f9-45630eef57ab', '2026-11-29T00:40:52.123Z', '12')).toBe(
      record('0ff0aef6-5d07-5ca5-9215-7e32c17b6ecb', '2026-11-29T00:41:00.001Z', '1300'),
    );
  });

  it('is of a helm release its status, whatever the revision', () => {
    const secrets = '/api/v1/namespaces/default/secrets';
    const body = (revision: number) => ({
      metadata: { name: `sh.helm.release.v1.web.v${revision}`, labels: { status: 'pending-upgrade' } },
      data: { release: String(revision) },
    });
    expect(on('POST', secrets, body(2))).toBe(on('POST', secrets, body(3)));
    expect(on('POST', secrets, body(2))).toBe(`workload: POST ${secrets} sh.helm.release.v1.web.v… pending-upgrade`);
  });
});

describe('what a request changes at a vCenter', () => {
  const call = (method: string) =>
    effectOnVcenter(
      passing('POST', '/sdk', `<e:Envelope><e:Body><${method} xmlns="urn:vim25"/></e:Body></e:Envelope>`),
    );

  it('is nothing where it looks or keeps its session', () => {
    for (const method of [
      'Login',
      'RetrievePropertiesEx',
      'CreateContainerView',
      'HttpNfcLeaseProgress',
      'CreateImportSpec',
    ])
      expect(call(method)).toBeUndefined();
  });

  it('is named by the call, or by the upload', () => {
    expect(call('ImportVApp')).toBe('vCenter: ImportVApp');
    expect(effectOnVcenter(passing('PUT', '/nfc/0ff0aef6-5d07-5ca5-9215-7e32c17b6ecb/disk-0.vmdk'))).toBe(
      'vCenter: PUT /nfc/…/disk-0.vmdk',
    );
  });
});
