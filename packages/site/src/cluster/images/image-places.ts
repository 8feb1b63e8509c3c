import type { KubeObject } from '@sealift/kubernetes/object';

/** Where an object names an image: a kubelet pulls it itself, or something else is told it (an operator, an argument of a program). */
export type ImagePlace = 'pulled' | 'told';

/** @returns the image in the place of this one */
export type ChangeImage = (image: string, place: ImagePlace) => string;

/** Lists of containers (Kubernetes API, PodSpec), and of volumes, which may be images too (`image.reference`). */
const containers: ReadonlySet<string> = new Set(['containers', 'initContainers', 'ephemeralContainers']);
/** Longer than any image reference. */
const maxLength = 500;
const maxDepth = 100;
const argument = /^(--?[a-zA-Z0-9-]*image[a-zA-Z0-9-]*=)(\S+)$/;
const variable = /(?:^|_)IMAGE(?:_|$)/;

/**
 * The object with every image that it names changed: in containers and image volumes of any workload or custom resource at any depth, in
 * an `image` elsewhere, in variables and arguments that say so (`RELATED_IMAGE_…`, `--sidecar-image=…`). A manifest inside a text is left.
 */
export function mapImages(object: KubeObject, change: ChangeImage): KubeObject {
  // A definition describes objects; it is none that runs.
  if (object.kind === 'CustomResourceDefinition') return object;
  return visit(object, 'other', change, 0) as KubeObject;
}

type Seat = 'container' | 'volume' | 'other';

function visit(value: unknown, seat: Seat, change: ChangeImage, depth: number): unknown {
  if (depth > maxDepth) return value;
  if (typeof value === 'string') return inArgument(value, change);
  if (Array.isArray(value)) return value.map((item) => visit(item, seat, change, depth + 1));
  if (!isMapping(value)) return value;
  const isVariable = typeof value['name'] === 'string' && variable.test(value['name']);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (typeof member === 'string' && member !== '' && member.length <= maxLength) {
        if (name === 'image') return [name, change(member, seat === 'container' ? 'pulled' : 'told')];
        if (name === 'value' && isVariable) return [name, change(member, 'told')];
      }
      if (name === 'image' && seat === 'volume' && isMapping(member) && typeof member['reference'] === 'string') {
        return [name, { ...member, reference: change(member['reference'], 'pulled') }];
      }
      return [name, visit(member, seatOf(name, member), change, depth + 1)];
    }),
  );
}

function seatOf(name: string, member: unknown): Seat {
  if (!Array.isArray(member)) return 'other';
  if (containers.has(name)) return 'container';
  return name === 'volumes' ? 'volume' : 'other';
}

function inArgument(text: string, change: ChangeImage): string {
  const [, option, image] = text.length > 2 * maxLength ? [] : (argument.exec(text) ?? []);
  return option === undefined || image === undefined ? text : option + change(image, 'told');
}

const podSpecs: ReadonlyMap<string, readonly string[]> = new Map([
  ['v1/Pod', ['spec']],
  ['v1/ReplicationController', ['spec', 'template', 'spec']],
  ['v1/PodTemplate', ['template', 'spec']],
  ['apps/v1/Deployment', ['spec', 'template', 'spec']],
  ['apps/v1/DaemonSet', ['spec', 'template', 'spec']],
  ['apps/v1/StatefulSet', ['spec', 'template', 'spec']],
  ['apps/v1/ReplicaSet', ['spec', 'template', 'spec']],
  ['batch/v1/Job', ['spec', 'template', 'spec']],
  ['batch/v1/CronJob', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
]);

/** Whether an object makes pods by itself. */
export function isWorkload({ apiVersion, kind }: KubeObject): boolean {
  return podSpecs.has(`${apiVersion}/${kind}`);
}

/** A workload whose pods log in to their registry with a Secret of their namespace, beside those that they name already. */
export function withPullSecret(object: KubeObject, secret: string): KubeObject {
  const path = podSpecs.get(`${object.apiVersion}/${object.kind}`);
  if (path === undefined) return object;
  return at(object, path, (spec) => {
    const given: readonly unknown[] = Array.isArray(spec['imagePullSecrets']) ? spec['imagePullSecrets'] : [];
    if (given.some((one) => isMapping(one) && one['name'] === secret)) return spec;
    return { ...spec, imagePullSecrets: [...given, { name: secret }] };
  }) as KubeObject;
}

type Mapping = Readonly<Record<string, unknown>>;

function at(value: Mapping, [name, ...rest]: readonly string[], change: (spec: Mapping) => Mapping): Mapping {
  if (name === undefined) return change(value);
  const member = value[name];
  return isMapping(member) ? { ...value, [name]: at(member, rest, change) } : value;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
