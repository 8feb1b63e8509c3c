import type { KubeObject } from '@sealift/kubernetes/object';
import { z } from 'zod';

/** One container of a Deployment's pods. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
}

const label = 'cluster.x-k8s.io/provider';
const schema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z
          .array(
            z.object({
              name: z.string(),
              image: z.string().max(1000).nullish(),
              args: z.array(z.string()).max(1000).nullish(),
            }),
          )
          .max(50),
      }),
    }),
  }),
});

/** Which provider an object belongs to, such as `bootstrap-kubeadm`; undefined where it does not say. */
export function providerOf({ metadata: { labels = {} } }: KubeObject): string | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

/** For a list of what belongs to any provider. */
export const providerSelector = label;

export function isDeployment({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === 'apps/v1' && kind === 'Deployment';
}

/** The containers of a Deployment; none where it is of no usual form, which the API server will say. */
export function containersOf(object: KubeObject): readonly Container[] {
  const { data } = schema.safeParse(object);
  return (data?.spec.template.spec.containers ?? []).map(({ name, image, args }) => ({
    name,
    image: image ?? '',
    args: args ?? [],
  }));
}

/** The tag of an image, such as `v1.14.2`; undefined where it has none, or only a digest. */
export function versionOfImage(image: string): string | undefined {
  const [named = ''] = image.split('@');
  const tag = /:([\w][\w.-]*)$/.exec(named)?.[1];
  return tag !== undefined && /^v?\d/.test(tag) ? tag : undefined;
}

/** The version that a Deployment says it runs: that of its container `manager`, else of its first. */
export function versionOf(object: KubeObject): string | undefined {
  const containers = containersOf(object);
  const main = containers.find(({ name }) => name === 'manager') ?? containers[0];
  return main === undefined ? undefined : versionOfImage(main.image);
}
