import { z } from 'zod';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import { decode } from './connection/decode.ts';

/** Where an object is. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** A ConfigMap or Secret, its values as text. */
export interface ConfigObject {
  /** Give it back with a change: the change is refused when somebody else changed the object since. */
  readonly resourceVersion: string;
  readonly immutable: boolean;
  readonly data: ReadonlyMap<string, string>;
}

const metadata = z.object({ resourceVersion: z.string() });
const stored = z.object({
  metadata,
  immutable: z.boolean().optional(),
  data: z.record(z.string(), z.string()).nullish(),
});

/** Reads a ConfigMap; undefined where there is none. @throws KUBERNETES_… */
export async function readConfigMap(
  client: KubernetesClient,
  at: ObjectName,
  cancel?: AbortSignal,
): Promise<ConfigObject | undefined> {
  return await readStored(client, 'configmaps', at, (value) => value, cancel);
}

/** Reads a Secret, its values decoded; undefined where there is none. @throws KUBERNETES_… */
export async function readSecret(
  client: KubernetesClient,
  at: ObjectName,
  cancel?: AbortSignal,
): Promise<ConfigObject | undefined> {
  return await readStored(client, 'secrets', at, (value) => Buffer.from(value, 'base64').toString('utf8'), cancel);
}

/** Makes a ConfigMap; false where one of its name exists already. @throws KUBERNETES_… */
export async function createConfigMap(
  client: KubernetesClient,
  { namespace, name }: ObjectName,
  data: Readonly<Record<string, string>>,
  cancel?: AbortSignal,
): Promise<boolean> {
  const labels = { 'app.kubernetes.io/managed-by': 'sealift' };
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data };
  return await client.create(objectPath('/api/v1', 'configmaps', { namespace }), body, cancel);
}

/** Sets one key of a ConfigMap. @throws KUBERNETES_CONFLICT when it is no longer that of `resourceVersion`; KUBERNETES_… */
export async function setConfigMapKey(client: KubernetesClient, at: ObjectName, change: KeyChange): Promise<void> {
  const { resourceVersion, key, value, cancel } = change;
  const body = { metadata: { resourceVersion }, data: { [key]: value } };
  await client.patch(objectPath('/api/v1', 'configmaps', at), body, cancel);
}

/** Sets one key of a Secret. @throws KUBERNETES_CONFLICT when it is no longer that of `resourceVersion`; KUBERNETES_… */
export async function setSecretKey(client: KubernetesClient, at: ObjectName, change: KeyChange): Promise<void> {
  const { resourceVersion, key, value, cancel } = change;
  const data = { [key]: Buffer.from(value, 'utf8').toString('base64') };
  await client.patch(objectPath('/api/v1', 'secrets', at), { metadata: { resourceVersion }, data }, cancel);
}

/** A new value for one key. */
export interface KeyChange {
  readonly resourceVersion: string;
  readonly key: string;
  readonly value: string;
  readonly cancel?: AbortSignal | undefined;
}

async function readStored(
  client: KubernetesClient,
  resource: 'configmaps' | 'secrets',
  at: ObjectName,
  text: (value: string) => string,
  cancel: AbortSignal | undefined,
): Promise<ConfigObject | undefined> {
  const path = objectPath('/api/v1', resource, at);
  const found = await client.read(path, cancel);
  if (found === undefined) return undefined;
  const { metadata: of, immutable, data } = decode(stored, found, path);
  const values = Object.entries(data ?? {}).map(([key, value]) => [key, text(value)] as const);
  return { resourceVersion: of.resourceVersion, immutable: immutable === true, data: new Map(values) };
}
