import { SealiftError } from '@sealift/core/errors';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';
import type { ImageRegistry } from '../../settings.ts';

const type = 'kubernetes.io/dockerconfigjson';
const field = '.dockerconfigjson';

/** Marks a copy: the namespace that the login is kept in. */
const copyLabel = 'sealift.dev/pull-secret-of';

type PullSecret = NonNullable<ImageRegistry['pullSecret']>;

/**
 * The login to the registry as the cluster has it (Kubernetes, "Pull an Image from a Private Registry").
 *
 * @throws PULL_SECRET_UNUSABLE where it is not there, of another type, or knows nothing of the registry; KUBERNETES_…
 */
export async function readPullSecret(
  objects: Objects,
  registry: string,
  { namespace, name }: PullSecret,
  cancel: Cancel,
): Promise<KubeObject> {
  const found = await objects.get({ apiVersion: 'v1', kind: 'Secret', namespace, name }, cancel);
  const unusable = (reason: string): SealiftError =>
    new SealiftError('PULL_SECRET_UNUSABLE', { values: { secret: `${namespace}/${name}`, registry, reason } });
  if (found === undefined) throw unusable('it is not there');
  const config = dataOf(found)[field];
  if (found['type'] !== type || typeof config !== 'string') throw unusable(`it is not of the type ${type}`);
  if (!authsOf(config).has(registry)) throw unusable('it holds no login to that registry');
  return found;
}

/**
 * Puts the login into namespaces whose pods pull with it, where it is not there as it is now. Namespaces that are not there yet are left; a
 * Secret of that name that somebody else made is refused.
 *
 * @throws PULL_SECRET_UNUSABLE, KUBERNETES_…
 */
export async function copyPullSecret(
  objects: Objects,
  { registry, pullSecret }: ImageRegistry,
  namespaces: ReadonlySet<string>,
  cancel: Cancel,
): Promise<void> {
  if (pullSecret === undefined || namespaces.size === 0) return;
  const login = await readPullSecret(objects, registry, pullSecret, cancel);
  const data = { [field]: dataOf(login)[field] };
  for (const namespace of namespaces) {
    if (namespace === pullSecret.namespace) continue;
    if ((await objects.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, cancel)) === undefined) continue;
    const of = { apiVersion: 'v1', kind: 'Secret', namespace, name: pullSecret.name };
    const labels = { [copyLabel]: pullSecret.namespace };
    const metadata = { namespace, name: pullSecret.name, labels };
    let there = await objects.get(of, cancel);
    if (there === undefined) {
      if (await objects.create({ apiVersion: 'v1', kind: 'Secret', metadata, type, data }, cancel)) continue;
      // Somebody made one meanwhile: it is judged like any other.
      there = await objects.get(of, cancel);
    }
    if (there?.metadata.labels?.[copyLabel] === undefined) {
      const reason = `a Secret ${namespace}/${pullSecret.name} of somebody else is in the way`;
      const secret = `${pullSecret.namespace}/${pullSecret.name}`;
      throw new SealiftError('PULL_SECRET_UNUSABLE', { values: { secret, registry, reason } });
    }
    if (dataOf(there)[field] === data[field]) continue;
    await objects.mergePatch(of, { metadata: { resourceVersion: there.metadata.resourceVersion }, data }, cancel);
  }
}

function dataOf(object: KubeObject): Readonly<Record<string, unknown>> {
  const { data } = object;
  return typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
}

/** Name and password of a login that `readPullSecret` has read; undefined where it is of another kind, such as a token. */
export function loginOf(
  secret: KubeObject,
  registry: string,
): { readonly username: string; readonly password: string } | undefined {
  const entry = authsOf(String(dataOf(secret)[field])).get(registry);
  const { auth, username, password } = entry ?? {};
  if (typeof username === 'string' && typeof password === 'string') return { username, password };
  if (typeof auth !== 'string') return undefined;
  const pair = Buffer.from(auth, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon === -1 ? undefined : { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

const configSchema = z.object({
  auths: z.record(
    z.string(),
    z.object({ auth: z.string().optional(), username: z.string().optional(), password: z.string().optional() }),
  ),
});

/** Logins by their registry (the Docker configuration file's `auths`), without scheme and path. */
function authsOf(encoded: string) {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    value = {};
  }
  const auths = Object.entries(configSchema.safeParse(value).data?.auths ?? {});
  return new Map(auths.map(([host, login]) => [host.replace(/^https?:\/\//, '').replace(/\/.*$/, ''), login]));
}
