import { SealiftError } from '@sealift/core/errors';
import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import { apiVersionOf, type KubeObject, type ObjectReference } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { prove } from '@sealift/kubernetes/rewrite-versions';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';

/** As long as certificates may take to come to where they are used. */
const usualMs = 90_000;
const probeName = 'sealift-probe';
const trustRemedy = 'Check what is to write its caBundle, such as cert-manager.';

const names = z.array(z.string()).max(100);
const schema = z.object({
  webhooks: z
    .array(
      z.object({
        name: z.string().max(500),
        clientConfig: z.object({ caBundle: z.string().nullish(), url: z.string().nullish() }),
        rules: z
          .array(z.object({ apiGroups: names, apiVersions: names, resources: names, operations: names }))
          .max(100)
          .nullish(),
      }),
    )
    .max(500)
    .nullish(),
});

/**
 * Whether a webhook configuration has certificates to trust, and who answers for it does: the API server is asked to change something that it is
 * called for, and to store nothing (Kubernetes, "Dry-run").
 *
 * @param since when the providers were asked for; for 90 s after it certificates may be on their way
 * @returns what it waits for; null where it answers
 * @throws KUBERNETES_…, CANCELLED
 */
export async function webhookWait(
  objects: Objects,
  live: KubeObject,
  { since, namespace, cancel }: { readonly since: string; readonly namespace: string; readonly cancel: Cancel },
): Promise<SeenWait | null> {
  const webhooks = schema.safeParse(live).data?.webhooks ?? [];
  const wait = (what: string, remedy: string): SeenWait => waitFor(live, what, since, remedy);
  for (const { name, clientConfig } of webhooks) {
    if ((clientConfig.caBundle ?? '') !== '' || (clientConfig.url ?? '') !== '') continue;
    return wait(`has no certificate to trust (webhook ${name})`, trustRemedy);
  }
  for (const { name, rules } of webhooks) {
    const asked = await askFor(objects, rules ?? [], namespace, cancel);
    if (asked === undefined) continue;
    if (asked === null) return null;
    return wait(
      `does not answer (webhook ${name}): ${asked}`,
      'Look at the pods of the provider, their Service, and the Certificate of its webhooks.',
    );
  }
  return null;
}

const conversionSchema = z.object({
  spec: z.object({
    conversion: z.object({
      strategy: z.literal('Webhook'),
      webhook: z.object({ clientConfig: z.object({ caBundle: z.string().nullish(), url: z.string().nullish() }) }),
    }),
  }),
});

/** Whether the webhook that converts a definition's objects has certificates to trust. */
export function conversionWait(live: KubeObject, since: string): SeenWait | null {
  const { data } = conversionSchema.safeParse(live);
  const { caBundle, url } = data?.spec.conversion.webhook.clientConfig ?? { url: 'none' };
  if ((caBundle ?? '') !== '' || (url ?? '') !== '') return null;
  return waitFor(live, 'has no certificate to trust for the conversion of its objects', since, trustRemedy);
}

function waitFor({ kind, metadata: { name } }: KubeObject, what: string, since: string, remedy: string): SeenWait {
  return waitingFor(`${kind} ${name} ${what}`, {
    since,
    level: Date.now() - Date.parse(since) < usualMs ? 'moving' : 'blocked',
    impact: 'Changes that it is to judge are refused meanwhile',
    object: { kind, name },
    remedy,
  });
}

type Rules = NonNullable<NonNullable<z.infer<typeof schema>['webhooks']>[number]['rules']>;

/** Undefined where nothing can be asked for; null where it was answered, yes or no; else why it was not. */
async function askFor(
  objects: Objects,
  rules: Rules,
  namespace: string,
  cancel: Cancel,
): Promise<string | null | undefined> {
  const { resources } = await objects.discovery.read(cancel);
  for (const { apiGroups, apiVersions, resources: plurals, operations } of rules) {
    const found = resources.find(
      (one) => apiGroups.includes(one.group) && apiVersions.includes(one.version) && plurals.includes(one.plural),
    );
    if (found === undefined) continue;
    const of = { apiVersion: apiVersionOf(found), kind: found.kind };
    const any = (value: string): boolean => operations.includes(value) || operations.includes('*');
    const existing = any('UPDATE') ? await objects.first(of, cancel) : undefined;
    const at = found.namespaced ? { namespace } : {};
    try {
      if (existing !== undefined) await prove(objects, referenceTo(existing), cancel);
      else if (any('CREATE')) await propose(objects, { ...of, metadata: { name: probeName, ...at } }, cancel);
      else continue;
      return null;
    } catch (error) {
      if (!(error instanceof SealiftError)) throw error;
      if (error.code === 'KUBERNETES_UNAVAILABLE') return error.message;
      // A no is an answer.
      if (error.code === 'KUBERNETES_REFUSED' || error.code === 'KUBERNETES_CONFLICT') return null;
      throw error;
    }
  }
  return undefined;
}

function referenceTo({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): ObjectReference {
  return { apiVersion, kind, namespace, name };
}

async function propose(objects: Objects, object: KubeObject, cancel: Cancel): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const path = await objects.pathOf({ apiVersion, kind, ...metadata }, cancel);
  const query = { fieldManager: probeName, dryRun: 'All' };
  const answer = await objects.client.ask({
    method: 'POST',
    path: path.slice(0, path.lastIndexOf('/')),
    query,
    body: object,
    idempotent: true,
    cancel,
  });
  if (answer.status >= 500) {
    const reason = `HTTP status ${answer.status}`;
    throw new SealiftError('KUBERNETES_UNAVAILABLE', { values: { reason } });
  }
}
