import { X509Certificate } from 'node:crypto';
import type { CheckItem } from '@sealift/core/check';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { z } from 'zod';

/** An object as the upgrade brings it, in its namespace, and as it is; undefined where it is not there yet. */
export interface Exposed {
  readonly wanted: KubeObject;
  readonly live: KubeObject | undefined;
}

/** What changes of names, addresses and certificates by which people know the platform. */
export interface NamesThatChange {
  /** Certificates that somebody put there by hand, and that would be replaced. */
  readonly replaced: readonly CheckItem[];
  readonly others: readonly CheckItem[];
}

/** Who sets what layers bring. */
const own: ReadonlySet<string> = new Set(['helm', 'sealift']);
const addressKeys = ['loadBalancerIP', 'loadBalancerClass', 'externalIPs'] as const;

/** Whether objects of a kind may be such by which people reach the platform. */
export function maybeExposed({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  if (kind === 'Ingress') return apiVersion.startsWith('networking.k8s.io/');
  return apiVersion === 'v1' && (kind === 'Secret' || kind === 'Service');
}

/** Whether an object is one by which people reach the platform. */
export function isExposed({ apiVersion, kind, ...object }: KubeObject): boolean {
  if (kind === 'Ingress') return apiVersion.startsWith('networking.k8s.io/');
  if (apiVersion !== 'v1') return false;
  if (kind === 'Secret') return object['type'] === 'kubernetes.io/tls';
  return kind === 'Service' && typeOf(object) === 'LoadBalancer';
}

/** Compares what the upgrade brings with what is there. Of what is new a person has to know, of what stays nothing is said. */
export function namesThatChange(all: readonly Exposed[]): NamesThatChange {
  const replaced: CheckItem[] = [];
  const others: CheckItem[] = [];
  for (const { wanted, live } of all) {
    const place = nameOf(referenceOf(wanted));
    if (wanted.kind === 'Secret') {
      const found = certificateChange(wanted, live);
      if (found === undefined) continue;
      const { by, text } = found;
      if (by === undefined)
        others.push({ place, text, remedy: 'Clients that trust the present one have to trust the new one too.' });
      else {
        const remedy = `Put the certificate into the values of the layer; ${by} has set it. A Secret that the values leave out is removed.`;
        replaced.push({ place, text: `${text}, though ${by} has set it`, remedy });
      }
    } else if (wanted.kind === 'Ingress') others.push(...ingressChange(place, wanted, live));
    else others.push(...addressChange(place, wanted, live));
  }
  return { replaced, others };
}

/** What people reach the platform by, and what is removed. */
export function namesThatEnd(all: readonly KubeObject[]): NamesThatChange {
  const replaced: CheckItem[] = [];
  const others: CheckItem[] = [];
  for (const live of all) {
    const place = nameOf(referenceOf(live));
    if (live.kind === 'Secret') {
      const certificate = certificateOf(live);
      if (certificate === undefined) continue;
      const text = `goes with its certificate, ${describe(certificate)}`;
      const by = certificateSetter(live);
      const remedy = 'Put the certificate into the values of the layer where it is still shown to people.';
      if (by === undefined) others.push({ place, text, remedy });
      else replaced.push({ place, text: `${text}, though ${by} has set it`, remedy });
    } else if (live.kind === 'Ingress') {
      const { hosts } = ingressOf(live);
      if (hosts.length === 0) continue;
      others.push({ place, text: `goes, and with it ${hosts.join(', ')}`, remedy: namesRemedy });
    } else {
      others.push({
        place,
        text: 'loses its address of a load balancer',
        remedy: 'Tell those who use the address, or let the values of the layer keep the load balancer.',
      });
    }
  }
  return { replaced, others };
}

const namesRemedy = 'Tell those who use these names, or put them into the values of the layer.';

const secretSchema = z.object({
  data: z.record(z.string(), z.string()).nullish(),
  stringData: z.record(z.string(), z.string()).nullish(),
});

function certificateChange(
  wanted: KubeObject,
  live: KubeObject | undefined,
): { readonly by: string | undefined; readonly text: string } | undefined {
  if (live === undefined) return undefined;
  const [next, now] = [certificateOf(wanted), certificateOf(live)];
  if (next === undefined || now === undefined || next === now) return undefined;
  return {
    by: certificateSetter(live),
    text: `its certificate is replaced: ${describe(now)} becomes ${describe(next)}`,
  };
}

/** Who set the certificate by hand; undefined where layers brought it. */
function certificateSetter({ metadata }: KubeObject): string | undefined {
  return metadata.managedFields?.find(({ manager = '', fieldsV1 }) => !own.has(manager) && setsCertificate(fieldsV1))
    ?.manager;
}

function certificateOf(secret: KubeObject): string | undefined {
  const { data } = secretSchema.safeParse(secret);
  const plain = data?.stringData?.['tls.crt'];
  const encoded = data?.data?.['tls.crt'];
  const text = plain ?? (encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8'));
  return text?.trim();
}

function setsCertificate(fields: unknown): boolean {
  const schema = z.object({ 'f:data': z.looseObject({ 'f:tls.crt': z.unknown() }) });
  const { data } = schema.safeParse(fields);
  return data !== undefined && data['f:data']['f:tls.crt'] !== undefined;
}

/** Never what is in it but who it is of and until when. */
function describe(pem: string): string {
  try {
    const { subject, subjectAltName, validTo } = new X509Certificate(pem);
    const who = (subjectAltName ?? subject).replaceAll('\n', ', ').slice(0, 120);
    return `that of ${who}, until ${validTo}`;
  } catch {
    return 'one that cannot be read';
  }
}

const ingressSchema = z.object({
  spec: z.object({
    rules: z.array(z.object({ host: z.string().nullish() })).nullish(),
    tls: z.array(z.object({ hosts: z.array(z.string()).nullish(), secretName: z.string().nullish() })).nullish(),
  }),
});

function ingressChange(place: string, wanted: KubeObject, live: KubeObject | undefined): readonly CheckItem[] {
  const [next, now] = [ingressOf(wanted), live === undefined ? undefined : ingressOf(live)];
  const items: CheckItem[] = [];
  const added = next.hosts.filter((host) => now?.hosts.includes(host) !== true);
  const gone = (now?.hosts ?? []).filter((host) => !next.hosts.includes(host));
  if (added.length > 0) {
    items.push({
      place,
      text: `answers to ${added.join(', ')} from then on`,
      remedy: 'Let these names lead to the ingress controller (DNS) before people use them.',
    });
  }
  if (gone.length > 0) {
    items.push({
      place,
      text: `does not answer to ${gone.join(', ')} any more`,
      remedy: namesRemedy,
    });
  }
  const secrets = (now?.secrets ?? []).filter((secret) => !next.secrets.includes(secret));
  if (secrets.length > 0) {
    const shown = next.secrets.length === 0 ? 'none' : next.secrets.join(', ');
    items.push({
      place,
      text: `shows the certificate of ${shown} in the place of ${secrets.join(', ')}`,
      remedy: 'See that clients trust it, or name the present Secret in the values of the layer.',
    });
  }
  return items;
}

function ingressOf(object: KubeObject) {
  const { data } = ingressSchema.safeParse(object);
  const { rules, tls } = data?.spec ?? {};
  const hosts = [...(rules ?? []).map(({ host }) => host), ...(tls ?? []).flatMap((one) => one.hosts ?? [])];
  return {
    hosts: [...new Set(hosts.filter((host): host is string => typeof host === 'string' && host !== ''))],
    secrets: [...new Set((tls ?? []).flatMap(({ secretName }) => secretName ?? []))],
  };
}

function addressChange(place: string, wanted: KubeObject, live: KubeObject | undefined): readonly CheckItem[] {
  const remedy = 'Let names that people use lead to its address (DNS) once it has one, and open it in firewalls.';
  if (live === undefined || typeOf(live) !== 'LoadBalancer') {
    return [{ place, text: 'gets an address of a load balancer, which is new', remedy }];
  }
  const [next, now] = [specOf(wanted), specOf(live)];
  const changed = addressKeys.filter(
    (key) => next[key] !== undefined && JSON.stringify(next[key]) !== JSON.stringify(now[key]),
  );
  if (changed.length === 0) return [];
  return [{ place, text: `gets another address: ${changed.join(', ')} changes`, remedy }];
}

function typeOf(object: Readonly<Record<string, unknown>>): unknown {
  return specOf(object)['type'];
}

function specOf(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { data } = z.object({ spec: z.looseObject({}) }).safeParse(object);
  return data?.spec ?? {};
}
