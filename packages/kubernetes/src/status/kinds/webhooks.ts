import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { judge, readAll } from '../read-part.ts';
import type { Related } from '../related.ts';
import { blocked, type Known, progressing, type Readiness, ready, unknown } from '../result.ts';
import { spoken } from '../spoken.ts';

const webhook = z.object({
  name: z.string(),
  failurePolicy: z.string().nullish(),
  clientConfig: z.object({
    service: z.object({ namespace: z.string(), name: z.string() }).nullish(),
    caBundle: z.string().nullish(),
  }),
});
const fields = z.object({ webhooks: z.array(webhook).max(1000).nullish() });
const slice = z.object({
  metadata: z.object({ namespace: z.string().nullish(), labels: z.record(z.string(), z.string()).nullish() }),
  endpoints: z.array(z.object({ conditions: z.object({ ready: z.boolean().nullish() }).nullish() })).nullish(),
});

/** The services that a webhook configuration sends calls to. */
export function servicesOf(object: KubeObject): readonly { readonly namespace: string; readonly name: string }[] {
  const { data } = fields.safeParse(object);
  return (data?.webhooks ?? []).flatMap(({ clientConfig: { service } }) =>
    service === null || service === undefined ? [] : [service],
  );
}

/**
 * A webhook configuration is ready when the API server has a certificate to trust and every service that it calls has a ready endpoint; what a URL leads to
 * can't be seen from the cluster.
 */
export function webhooks(object: KubeObject, related: Related): Readiness {
  return judge(object, fields, ({ webhooks: all }) => {
    for (const { name, failurePolicy, clientConfig } of all ?? []) {
      const { service, caBundle } = clientConfig;
      if (service === null || service === undefined) continue;
      const at = `${service.namespace}/${service.name}`;
      const refuses = failurePolicy !== 'Ignore';
      const known: Known = {
        impact: refuses
          ? 'Changes that it is to judge are refused meanwhile'
          : 'Changes pass without its judgement meanwhile',
      };
      const label = `calls Service ${at} (webhook ${spoken(name, 100)})`;
      if ((caBundle ?? '') === '') {
        return blocked(
          object,
          `${label} without a certificate to trust`,
          'Check what is to write its caBundle, such as cert-manager.',
          known,
        );
      }
      if (related.endpointSlices === undefined)
        return unknown(object, `${label}, whose endpoints are not known`, known);
      if (!hasReadyEndpoint(related.endpointSlices, service)) {
        return progressing(object, `${label}, which has no ready endpoint`, {
          ...known,
          remedy: `Look at the pods of Service ${at}.`,
        });
      }
    }
    return ready;
  });
}

function hasReadyEndpoint(
  slices: readonly KubeObject[],
  at: { readonly namespace: string; readonly name: string },
): boolean {
  return readAll(slices, slice).some(({ metadata, endpoints }) => {
    const { labels } = metadata;
    const name = Object.hasOwn(labels ?? {}, serviceName) ? labels?.[serviceName] : undefined;
    if (metadata.namespace !== at.namespace || name !== at.name) return false;
    // Missing is to be read as ready (EndpointSlice, "Conditions").
    return (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false);
  });
}

/** The label by which an EndpointSlice belongs to a Service. */
export const serviceName = 'kubernetes.io/service-name';
