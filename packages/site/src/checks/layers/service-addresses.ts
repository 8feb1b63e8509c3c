import type { CheckItem } from '@sealift/core/check';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';

/** An object as the upgrade brings it, in its namespace, and as it is; undefined where it is not there yet. */
export interface Reader {
  readonly wanted: KubeObject;
  readonly live: KubeObject | undefined;
}

/** Addresses that lead to no service. */
export interface LostAddresses {
  /** In the place of another one: what works now would not any more. */
  readonly changed: readonly CheckItem[];
  /** As it is now, or of something new, which may make its services itself. */
  readonly others: readonly CheckItem[];
}

const readers: ReadonlySet<string> = new Set([
  'ConfigMap',
  'Secret',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
]);
/** `name.namespace.svc`, with whatever follows (DNS-Based Service Discovery of Kubernetes, 2.3). */
const serviceName =
  /(?<![\w-])([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)\.([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.svc(?![\w-])/g;

/** Whether an object is one whose addresses something connects to: workloads, and what they are configured with. */
export function readsAddresses({ kind }: KubeObject): boolean {
  return readers.has(kind);
}

/** Services that an object names by their names in DNS, as `name.namespace`; what is commented out is not looked at. */
export function servicesNamedIn(object: KubeObject): ReadonlySet<string> {
  const { metadata: _metadata, status: _status, ...content } = object;
  const found = new Set<string>();
  for (const text of textsOf(object.kind === 'Secret' ? decoded(content) : content)) {
    for (const line of text.split('\n')) {
      if (/^\s*(?:#|\/\/)/.test(line)) continue;
      for (const [, name, namespace] of line.matchAll(serviceName)) found.add(`${name}.${namespace}`);
    }
  }
  return found;
}

/** A service as {@link servicesNamedIn} tells it. */
export function serviceKey({ metadata: { name, namespace = '' } }: KubeObject): string {
  return `${name}.${namespace}`;
}

/**
 * Addresses of services that are not there.
 *
 * @param services those of the cluster and of the upgrade, by {@link serviceKey}
 */
export function lostAddresses(all: readonly Reader[], services: ReadonlySet<string>): LostAddresses {
  const changed: CheckItem[] = [];
  const others: CheckItem[] = [];
  for (const { wanted, live } of all) {
    const before = live === undefined ? undefined : servicesNamedIn(live);
    for (const address of servicesNamedIn(wanted)) {
      if (services.has(address)) continue;
      const isNew = before !== undefined && !before.has(address);
      (isNew ? changed : others).push({
        place: nameOf(referenceOf(wanted)),
        text: `${isNew ? 'leads from then on to' : 'names'} ${address}.svc, and there is no such service`,
        remedy: 'Correct the address in the values of the layer, or see that the service is there before.',
      });
    }
  }
  return { changed, others };
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* textsOf(one);
}

function decoded({ data, ...content }: Readonly<Record<string, unknown>>): unknown {
  const texts = [...textsOf(data)].map((text) => Buffer.from(text, 'base64').toString('utf8'));
  return { ...content, texts };
}
