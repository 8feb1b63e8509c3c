import { z } from 'zod';

const text = z.string().max(500).nullish();
const place = z.object({ imageRepository: text, imageTag: text }).nullish();
const schema = z.object({
  imageRepository: text,
  dns: place,
  etcd: z.object({ local: place }).nullish(),
});

/** Where kubeadm takes the images of Kubernetes itself from (kubeadm, `ClusterConfiguration`). */
export interface ImageSources {
  /** Such as `harbor.example/k8s`; undefined where nothing names one. */
  readonly repository: string | undefined;
  readonly dns: { readonly repository: string | undefined; readonly tag: string | undefined };
  readonly etcd: { readonly repository: string | undefined; readonly tag: string | undefined };
}

/** Registries of Kubernetes itself: no site has them inside the gap. */
const upstream = /^(?:registry\.k8s\.io|k8s\.gcr\.io|gcr\.io\/google[_-]containers)(?:\/|$)/;

/** What kubeadm takes where nobody says otherwise. */
const usualRepository = 'registry.k8s.io';

/** The image of etcd of a tag as kubeadm names it (kubeadm, `GetEtcdImage`), and whether its name leads to a registry of Kubernetes itself. */
export function etcdImage(
  { repository, etcd }: ImageSources,
  tag: string,
): { readonly image: string; readonly isUpstream: boolean } {
  const from = etcd.repository ?? repository ?? usualRepository;
  return { image: `${from}/etcd:${tag}`, isUpstream: upstream.test(from) };
}

/** Reads a `ClusterConfiguration` of kubeadm, or that of a KubeadmControlPlane. What is of another form tells nothing. */
export function imageSourcesIn(configuration: unknown): ImageSources {
  const found = schema.safeParse(configuration ?? {}).data;
  const { imageRepository, dns, etcd } = found ?? {};
  return {
    repository: given(imageRepository),
    dns: { repository: given(dns?.imageRepository), tag: given(dns?.imageTag) },
    etcd: { repository: given(etcd?.local?.imageRepository), tag: given(etcd?.local?.imageTag) },
  };
}

/** What the first says, and where it says nothing the second. */
export function withDefaults(first: ImageSources, second: ImageSources): ImageSources {
  return {
    repository: first.repository ?? second.repository,
    dns: { repository: first.dns.repository ?? second.dns.repository, tag: first.dns.tag ?? second.dns.tag },
    etcd: { repository: first.etcd.repository ?? second.etcd.repository, tag: first.etcd.tag ?? second.etcd.tag },
  };
}

/** The images of Kubernetes that a site's own registry is asked for. */
export interface ComponentImages {
  /** By their full names. */
  readonly named: readonly string[];
  /** Names of those whose tag kubeadm chooses, which is not known here. */
  readonly untold: readonly string[];
}

/** The images of one version of Kubernetes, as kubeadm names them; without those that come from registries of Kubernetes itself. */
export function componentImages({ repository, dns, etcd }: ImageSources, version: string): ComponentImages {
  // A tag holds no plus sign (kubeadm, `KubernetesVersionToImageTag`).
  const tag = `v${version.replace(/^v/, '')}`.replaceAll(/[^-a-zA-Z0-9_.]/g, '_');
  const all = [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((name) => ({
      name,
      from: repository,
      tag,
    })),
    { name: 'coredns', from: dns.repository ?? repository, tag: dns.tag },
    { name: 'etcd', from: etcd.repository ?? repository, tag: etcd.tag },
    { name: 'pause', from: repository, tag: undefined },
  ];
  const own = all.flatMap((one) =>
    one.from === undefined || upstream.test(one.from) ? [] : [{ ...one, from: one.from }],
  );
  return {
    named: own.flatMap((one) => (one.tag === undefined ? [] : [`${one.from}/${one.name}:${one.tag}`])),
    untold: own.filter((one) => one.tag === undefined).map(({ name }) => name),
  };
}

function given(value: string | null | undefined): string | undefined {
  return value === null || value === '' ? undefined : value?.replace(/\/+$/, '');
}
