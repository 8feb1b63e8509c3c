import type { FaultCase } from '../fault-case.ts';
import { releases } from '../site/offered.ts';
import type { PreflightSite } from '../site/preflight-site.ts';

/** A VM of somebody else whose disk leaves so much of the datastore's terabyte. */
function fill({ site }: PreflightSite, leftGiB: number) {
  const places = ['-ds', 'LocalDS_0', '-pool', '/DC0/host/DC0_C0/Resources', '-net', 'VM Network'];
  return site.vcenter.govc('vm.create', '-on=false', ...places, '-disk', `${1024 - leftGiB}G`, 'fat');
}

const freed = ({ site }: PreflightSite) => site.vcenter.remove('fat', '/DC0/vm');

const pods = '/api/v1/namespaces/default/pods';
const nodes = ['cp-1', 'cp-2', 'cp-3', 'md-1', 'md-2'];

/** Room for what comes. */
export const roomCases: readonly FaultCase[] = [
  {
    check: 'vcenter-room',
    fault: 'the datastore has no room for the image of the release',
    to: releases.large,
    seed: (site) => fill(site, 2),
    expects: {
      state: 'block',
      object: 'LocalDS_0',
      evidence: /LocalDS_0 has [\d.]+ GiB free, the image has 5\.0 GiB/,
      remedy: 'Free room on LocalDS_0',
      also: ['clone-room'],
    },
    remedy: freed,
    done: 'somebody’s VM is removed',
  },
  {
    check: 'vcenter-room',
    fault: 'the datastore may have no room for the image once it is unpacked',
    to: releases.large,
    seed: (site) => fill(site, 12),
    expects: {
      state: 'warn',
      object: 'LocalDS_0',
      evidence: 'takes more when unpacked',
      remedy: 'Free room on LocalDS_0',
      also: ['clone-room'],
    },
    remedy: freed,
    done: 'somebody’s VM is removed',
  },
  {
    check: 'clone-room',
    fault: 'the datastore has no room for the new template and the machines made of it',
    to: releases.large,
    seed: (site) => fill(site, 3),
    expects: {
      state: 'block',
      object: 'datastore LocalDS_0',
      evidence: 'the new template and new machines of KubeadmControlPlane c1-cp',
      remedy: 'Free room there',
      also: ['vcenter-room'],
    },
    remedy: freed,
    done: 'somebody’s VM is removed',
  },
  {
    check: 'pack-resources',
    fault: 'what pods of others request leaves less than a pack asks for',
    to: releases.hungry,
    async seed({ api }) {
      for (const node of nodes) {
        const resources = { requests: { cpu: '1800m' } };
        const spec = { nodeName: `node-${node}`, containers: [{ name: 'a', image: 'a:1', resources }] };
        await api.create(pods, { metadata: { name: `large-${node}` }, spec });
      }
    },
    expects: {
      state: 'block',
      object: 'calico 1.3.17',
      evidence:
        'needs 2 cores of processors more, and 5 nodes that pods come to by themselves have 1 cores of 10 cores left',
      remedy: 'free what others request there',
    },
    async remedy({ api }) {
      for (const node of nodes) await api.delete(`${pods}/large-${node}`, { gracePeriodSeconds: 0 });
    },
    done: 'the pods of others are removed',
  },
];
