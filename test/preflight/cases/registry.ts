import { type FaultCase, usualTarget } from '../fault-case.ts';
import type { PreflightSite } from '../site/preflight-site.ts';
import { kubernetes, plain } from '../site/releases.ts';

const kubeadmConfig = '/api/v1/namespaces/kube-system/configmaps';
const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'];

/** The cluster was set up to take the images of Kubernetes itself from a path of the site's registry. */
function takesImagesFrom({ api, registryHost }: PreflightSite, path: string) {
  const text = `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nimageRepository: ${registryHost}/sealift/images/${path}\n`;
  return api.create(kubeadmConfig, { metadata: { name: 'kubeadm-config' }, data: { ClusterConfiguration: text } });
}

async function pushComponents(site: PreflightSite, path: string, version: string): Promise<void> {
  for (const name of components) await site.pushImage(`sealift/images/${path}/${name}`, `v${version}`);
}

const forgotten = ({ api }: PreflightSite) => api.delete(`${kubeadmConfig}/kubeadm-config`);

/** What registries hand out. */
export const registryCases: readonly FaultCase[] = [
  {
    check: 'component-images',
    fault: 'the site’s registry has the images of the Kubernetes that runs, and not those of the next',
    async seed(site) {
      await pushComponents(site, 'k8s', kubernetes.now);
      await takesImagesFrom(site, 'k8s');
    },
    expects: {
      state: 'block',
      object: `kube-apiserver:v${kubernetes.next}`,
      evidence: /Not in their registry: .*; it has .*:v1\.36\.3, which nodes run now/,
      remedy: 'Push them to that registry',
    },
    remedy: (site) => pushComponents(site, 'k8s', kubernetes.next),
    done: 'they are pushed',
    clean: forgotten,
  },
  {
    check: 'component-images',
    fault: 'the site’s registry has no images of Kubernetes at all',
    seed: (site) => takesImagesFrom(site, 'none'),
    expects: {
      state: 'warn',
      object: `kube-apiserver:v${kubernetes.next}`,
      evidence: 'nor are those that nodes run now, which may come with the node image',
      remedy: 'or push them to that registry',
    },
    remedy: (site) => pushComponents(site, 'none', kubernetes.next),
    done: 'they are pushed',
    clean: forgotten,
  },
  {
    check: 'component-images',
    fault: 'the registry that the cluster takes images of Kubernetes from does not answer',
    seed: ({ api }) =>
      api.create(kubeadmConfig, {
        metadata: { name: 'kubeadm-config' },
        data: { ClusterConfiguration: 'kind: ClusterConfiguration\nimageRepository: 127.0.0.1:1/k8s\n' },
      }),
    expects: {
      state: 'warn',
      object: '127.0.0.1:1',
      evidence: 'could not be asked',
      remedy: 'See that this registry hands them out to new nodes',
    },
    async remedy(site) {
      await forgotten(site);
      await pushComponents(site, 'moved', kubernetes.next);
      await takesImagesFrom(site, 'moved');
    },
    done: 'the cluster is told of the registry that does',
    clean: forgotten,
  },
  {
    check: 'images-known',
    fault: 'other content stands under the name of an image, which nodes would pull by name',
    async seed(site) {
      await site.configure({ imageRegistry: null });
      await site.pushImage('sealift/images/registry.example/app', usualTarget);
    },
    expects: {
      state: 'block',
      object: `registry.example/app:${usualTarget}`,
      evidence: 'In the registry of the console other content stands under the names of',
      remedy: 'Give the image registry (Site Settings, --image-registry)',
      // Which images run follows from that setting too.
      also: ['layers-unchanged'],
    },
    remedy: (site) => site.configure({}),
    done: 'the image registry is given on the page of the site',
    clean: (site) => site.push([plain(usualTarget)]),
  },
];
