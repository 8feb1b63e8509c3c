import { asSealiftError } from '@sealift/core/errors';
import { listEtcdPods } from '@sealift/kubernetes/etcd-pods';
import type { Objects } from '@sealift/kubernetes/objects';

/** The tag of the image that every member of etcd runs, or why there is none that can be told. */
export type RunningEtcd = { readonly tag: string } | { readonly unknown: string; readonly remedy: string };

/** Looks at the pods of etcd's members. */
export async function readRunningEtcd(enterprise: () => Promise<Objects>, cancel: AbortSignal): Promise<RunningEtcd> {
  try {
    const { client } = await enterprise();
    return runningEtcd((await listEtcdPods(client, { cancel })).map(({ image }) => image));
  } catch (error) {
    cancel.throwIfAborted();
    const { message, hint } = asSealiftError(error);
    return { unknown: `the etcd pods cannot be read: ${message}`, remedy: hint };
  }
}

/** What images of all members say. */
export function runningEtcd(images: readonly string[]): RunningEtcd {
  if (images.length === 0) {
    const remedy = 'See that the account of Sealift may list the pods of kube-system, where kubeadm runs etcd.';
    return { unknown: 'no pod of etcd is seen, so nobody knows which version runs', remedy };
  }
  const tags = [...new Set(images.map(tagIn))];
  const [tag] = tags;
  if (tags.length === 1 && tag !== undefined) return { tag };
  const found = [...new Set(images)].join(', ');
  const remedy = 'Bring every member of etcd to one version, named by a tag, and run the preflight again.';
  return { unknown: `the members of etcd run ${found}, which is not one version`, remedy };
}

/** `registry.example:5000/etcd:3.6.8-0@sha256:…` has the tag `3.6.8-0`; undefined without one. */
function tagIn(image: string): string | undefined {
  const [name = ''] = image.split('@');
  return /:([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$/.exec(name)?.[1];
}
