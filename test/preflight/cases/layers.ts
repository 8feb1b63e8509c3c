import { type FaultCase, usualTarget } from '../fault-case.ts';
import type { PreflightSite } from '../site/preflight-site.ts';
import { berths, releases } from '../site/offered.ts';
import { shop } from '../site/releases.ts';
import { edit, merged } from './edit-values.ts';

const configMap = `/api/v1/namespaces/${shop}/configmaps/app`;
const deployments = `/apis/apps/v1/namespaces/${shop}/deployments`;

/** Values of the Kubernetes pack, with a command that new machines run first. */
function kubeadm(command: string): string {
  return `pack:\n  serviceClusterIpRange: 10.96.0.0/12\nkubeadmconfig:\n  preKubeadmCommands: [ "${command}" ]\n`;
}

/** A pod of nobody's that has a port of its node. */
function portHolder(node: string) {
  return ({ api }: PreflightSite) =>
    api.create('/api/v1/namespaces/default/pods', {
      metadata: { name: 'left-over' },
      spec: {
        nodeName: node,
        containers: [{ name: 'a', image: 'a:1', ports: [{ containerPort: 80, hostPort: 9100 }] }],
      },
    });
}

/** Layers as they are, and as they would be applied. */
export const layerCases: readonly FaultCase[] = [
  {
    check: 'merge-settled',
    fault: 'the release and the site changed one value, each to another',
    to: releases.conflicting,
    seed: async () => undefined,
    expects: {
      state: 'block',
      object: 'calico: 1',
      evidence: 'Conflicts are open',
      remedy: 'Choose a side or give a value for each',
      also: [
        'api-versions',
        'console-reads',
        'host-ports',
        'images-known',
        'images-pullable',
        'kinds-served',
        'layers-can-be-applied',
        'layers-render',
        'names-stay',
        'pods-placed',
        'quota-room',
        'service-addresses',
      ],
    },
    remedy: (site) => site.choose(['mtu'], '9000'),
    done: 'the site’s value is chosen',
  },
  {
    check: 'values-valid',
    fault: 'a value of the site does not fit the schema of the new pack',
    to: releases.narrow,
    seed: async () => undefined,
    expects: {
      state: 'block',
      object: 'calico: mtu',
      evidence: /1500/,
      remedy: 'Settle the path to a value that fits',
    },
    remedy: (site) => site.choose(['mtu'], '1400'),
    done: 'the path is settled to a value that fits',
  },
  {
    check: 'pasted-texts',
    fault: 'a text that was pasted differs from the merge',
    async seed(site) {
      await site.draft(usualTarget, { anew: true });
      await site.paste('mtu: 1300\n');
    },
    expects: {
      state: 'warn',
      object: 'calico: 1',
      evidence: 'They differ in',
      remedy: 'go back to the merge',
    },
    remedy: (site) => site.dropPasted(),
    done: 'the layer goes back to the merge',
  },
  {
    check: 'layers-render',
    fault: 'a value makes no manifest',
    to: releases.valued,
    // A quotation mark ends the text in which the manifest has it.
    seed: edit('host', '"'),
    expects: {
      state: 'block',
      object: 'cni/calico',
      evidence: 'YAML parse error',
      remedy: 'Mend what the reason names in the values of the layer, in the merge',
      also: ['api-versions', 'kinds-served', 'layers-can-be-applied', 'pasted-texts'],
    },
    remedy: merged,
    done: 'the value is corrected',
  },
  {
    check: 'host-ports',
    fault: 'a pod that was left over has a port that every node has to give',
    to: releases.valued,
    seed: portHolder('node-md-1'),
    expects: {
      state: 'block',
      object: `DaemonSet ${shop}/agent`,
      evidence: 'asks for port 9100/TCP of its node; on node-md-1 it is Pod default/left-over that has it',
      remedy: 'Give one of both another port in its values',
    },
    remedy: edit('port', '9101'),
    done: 'the values give it another port',
    stays: ['pasted-texts'],
    async clean(site) {
      await site.api.delete('/api/v1/namespaces/default/pods/left-over', { gracePeriodSeconds: 0 });
      await merged(site);
    },
  },
  {
    check: 'images-known',
    fault: 'values name an image that the release does not have',
    to: releases.valued,
    seed: edit('image', 'registry.example/app:latest'),
    expects: {
      state: 'block',
      object: 'registry.example/app:latest',
      evidence: 'The release does not have',
      remedy: 'Correct the values that name the image',
      also: ['pasted-texts', 'layers-can-be-applied'],
    },
    remedy: merged,
    done: 'the value names the image of the release',
  },
  {
    check: 'service-addresses',
    fault: 'values lead to a database that is not there',
    to: releases.valued,
    seed: edit('database', 'database.production.svc.cluster.local'),
    expects: {
      state: 'block',
      object: `ConfigMap ${shop}/app`,
      evidence: 'leads from then on to database.production.svc, and there is no such service',
      remedy: 'Correct the address in the values of the layer',
      also: ['pasted-texts'],
    },
    remedy: merged,
    done: 'the address is corrected',
  },
  {
    check: 'service-addresses',
    fault: 'something new names a service that is not there',
    to: releases.strayAddress,
    seed: async () => undefined,
    expects: {
      state: 'warn',
      object: `ConfigMap ${shop}/stray`,
      evidence: 'names queue.messages.svc, and there is no such service',
      remedy: 'see that the service is there before',
    },
    async remedy({ api }) {
      await api.create('/api/v1/namespaces', { metadata: { name: 'messages' } });
      await api.create('/api/v1/namespaces/messages/services', {
        metadata: { name: 'queue' },
        spec: { ports: [{ port: 5672 }] },
      });
    },
    done: 'the service is made before',
    clean: ({ api }) => api.delete('/api/v1/namespaces/messages/services/queue'),
  },
  {
    check: 'layers-can-be-applied',
    fault: 'somebody else set a field that the layer sets too',
    async seed(site) {
      await site.keep(configMap);
      await site.api.merge(`${configMap}?fieldManager=kubectl-edit`, { data: { version: 'by hand' } });
    },
    expects: {
      state: 'block',
      object: `ConfigMap ${shop}/app .data.version`,
      evidence: /belongs to another: kubectl-edit set it, is "by hand" and would become "1\.1\.0"/,
      remedy: 'set the field to what it would become',
      also: ['layers-unchanged'],
    },
    async remedy({ api }) {
      await api.merge(`${configMap}?fieldManager=kubectl-edit`, { data: { version: usualTarget } });
    },
    done: 'the field is set to what it would become',
    stays: ['layers-unchanged'],
    clean: (site) => site.restore(configMap),
  },
  {
    check: 'layers-unchanged',
    fault: 'somebody removed an object of a layer',
    async seed(site) {
      await site.keep(configMap);
      await site.api.delete(configMap);
    },
    expects: {
      state: 'warn',
      object: `ConfigMap ${shop}/app`,
      evidence: 'was removed; the upgrade makes it again',
      remedy: 'Find out who changed it',
      also: ['layers-healthy'],
    },
    remedy: (site) => site.restore(configMap),
    done: 'it is found out, and the object put back',
  },
  {
    check: 'layers-healthy',
    fault: 'pods of a layer do not run',
    async seed({ api }) {
      await api.merge(`${deployments}/app/status`, { status: { availableReplicas: 1, readyReplicas: 1 } });
    },
    expects: { state: 'block', object: `${shop}/app`, evidence: /1/, remedy: '' },
    remedy: (site) => site.workloadsSettle(),
    done: 'the pods are brought back',
  },
  {
    check: 'layers-healthy',
    fault: 'a layer is not on the cluster any more',
    seed: (site) => site.hideRecord('cni', 'calico'),
    expects: { state: 'block', object: 'calico', evidence: 'is not on the cluster', remedy: 'Find out who removed it' },
    remedy: (site) => site.showRecord(),
    done: 'what was removed is put back',
  },
  {
    check: 'api-versions',
    fault: 'a pack brings an object in a version that the new Kubernetes does not serve',
    to: releases.oldApi,
    seed: async () => undefined,
    expects: {
      state: 'block',
      object: 'PodSecurityPolicy.policy old',
      evidence: 'policy/v1beta1 is not served from Kubernetes 1.25 on',
      remedy: 'Use a release whose pack has the newer version',
    },
    remedy: (site) => site.draft(usualTarget),
    done: 'a release with the newer version is chosen',
  },
  {
    check: 'kinds-served',
    fault: 'a pack has an object of a kind that nobody serves',
    to: releases.unserved,
    seed: async () => undefined,
    expects: {
      state: 'block',
      object: 'cni/calico: Berth.dock.example.com',
      evidence: 'the cluster serves no Berth of dock.example.com/v1, and no layer up to it brings its definition',
      remedy: 'Install what defines the kind before',
    },
    remedy: (site) => site.define(berths, '/apis/dock.example.com/v1/berths'),
    done: 'its definition is installed',
    clean: ({ api }) => api.delete(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${berths.metadata.name}`),
  },
  {
    check: 'kinds-served',
    fault: 'a pack has an object in a version that its own definition does not serve',
    to: releases.otherVersion,
    seed: async () => undefined,
    expects: {
      state: 'block',
      object: 'cni/calico: Berth.dock.example.com',
      evidence: 'the definition berths.dock.example.com that cni/calico brings serves it in v1 alone',
      remedy: 'Get a release whose pack has the object in a version that its definition serves',
    },
    remedy: (site) => site.draft(releases.defining),
    done: 'a release whose pack has the version that is served is chosen',
  },
  {
    check: 'images-pullable',
    fault: 'the password of the registry in the cluster is not that of the registry',
    seed: (site) => site.makePullSecret('wrong'),
    expects: { state: 'block', object: '', evidence: '', remedy: 'Correct the login in the Secret' },
    remedy: (site) => site.makePullSecret(),
    done: 'the login in the Secret is corrected',
  },
  {
    check: 'images-pullable',
    fault: 'the Secret with the login to the registry is not there',
    seed: ({ api }) => api.delete(`/api/v1/namespaces/${shop}/secrets/pull`),
    expects: {
      state: 'block',
      object: `${shop}/pull`,
      evidence: 'cannot be used',
      remedy: 'kubectl create secret docker-registry',
    },
    remedy: (site) => site.makePullSecret(),
    done: 'the Secret is made as `kubectl create secret docker-registry` makes it',
  },
  {
    check: 'kubeadm-settings',
    fault: 'settings of the Kubernetes pack are such that the cluster would not take them',
    async seed(site) {
      await site.draft(usualTarget, { anew: true });
      await site.paste(kubeadm('x'.repeat(20_000)), 'k8s');
    },
    expects: {
      state: 'block',
      object: 'c1-cp would not take the settings',
      evidence: 'preKubeadmCommands',
      remedy: 'Mend what is named in the values of os and k8s, in the merge',
      also: ['pasted-texts'],
    },
    remedy: (site) => site.paste(kubeadm('sysctl --system'), 'k8s'),
    done: 'the values are mended',
    stays: ['pasted-texts'],
    clean: (site) => site.dropPasted('k8s'),
  },
  {
    check: 'helm',
    fault: 'no helm is there for a pack whose manifests are templates',
    to: releases.valued,
    seed: async (site) => site.hideHelm(),
    expects: {
      state: 'block',
      object: 'helm',
      evidence: 'the helm program cannot be run',
      remedy: 'Install Helm 4 where the console runs, on its PATH',
      also: [
        'api-versions',
        'console-reads',
        'host-ports',
        'images-known',
        'images-pullable',
        'kinds-served',
        'layers-can-be-applied',
        'layers-render',
        'layers-unchanged',
        'names-stay',
        'pods-placed',
        'quota-room',
        'service-addresses',
      ],
    },
    remedy: async (site) => site.showHelm(),
    done: 'Helm 4 is put on the PATH',
  },
];
