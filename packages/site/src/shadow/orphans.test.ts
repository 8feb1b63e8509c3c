import { describe, expect, it } from 'vitest';
import { stored } from './examine.ts';
import { Findings } from './finding.ts';
import { findOrphans } from './orphans.ts';

const value = (apiVersion: string, kind: string): Buffer => Buffer.from(JSON.stringify({ apiVersion, kind }));

async function* values(...each: readonly (readonly [key: string, value: Buffer])[]) {
  for (const [key, bytes] of each) yield { key, value: bytes };
}

describe('what stands in etcd', () => {
  it('is an orphan where no list shows it, in whichever version it is stored', async () => {
    const shown = new Set([stored('apps/v1', 'Deployment', 'x', 'web'), stored('v1', 'Namespace', '', 'x')]);
    const findings = new Findings();
    const found = await findOrphans(
      values(
        ['/registry/deployments/x/web', value('apps/v1beta1', 'Deployment')],
        ['/registry/deployments/y/web', value('apps/v1', 'Deployment')],
        ['/registry/namespaces/x', value('v1', 'Namespace')],
        ['/registry/clustertrustbundles/a', value('certificates.k8s.io/v1beta1', 'ClusterTrustBundle')],
        ['/registry/clustertrustbundles/b', value('certificates.k8s.io/v1beta1', 'ClusterTrustBundle')],
      ),
      shown,
      new Set(),
      findings,
    );
    expect(found).toEqual({ keys: 5, untold: 0 });
    expect(findings.all.map(({ kind, object, more }) => [kind, object, more])).toEqual([
      ['orphan', 'Deployment.apps web', 0],
      ['orphan', 'ClusterTrustBundle.certificates.k8s.io a', 1],
    ]);
  });

  it('says nothing where it is encrypted, of a kind that nobody could list, or an API server’s own', async () => {
    const findings = new Findings();
    const found = await findOrphans(
      values(
        ['/registry/secrets/x/login', Buffer.from('k8s:enc:aescbc:v1:key:…')],
        ['/registry/test.sealift.dev/things/x/a', value('test.sealift.dev/v1', 'Thing')],
        ['/registry/ranges/serviceips', value('v1', 'RangeAllocation')],
        ['/registry/events/x/web.1', value('v1', 'Event')],
      ),
      new Set(),
      new Set(['Thing']),
      findings,
    );
    expect([found, findings.all]).toEqual([{ keys: 2, untold: 1 }, []]);
  });
});
