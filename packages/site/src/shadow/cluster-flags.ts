import { readPlain } from '@sealift/core/merge';
import { argumentsSchema } from '@sealift/kubernetes/kubeadm-settings';
import { z } from 'zod';

/** A flag with all its values, in their order. */
export type Flags = ReadonlyMap<string, readonly string[]>;

/** What of a cluster's kubeadm configuration its API servers are started by. */
export interface ClusterFlags {
  /** `apiServer.extraArgs`. */
  readonly extra: Flags;
  readonly serviceSubnet: string | undefined;
}

const schema = z.object({
  apiServer: z.object({ extraArgs: argumentsSchema.nullish() }).nullish(),
  networking: z.object({ serviceSubnet: z.string().nullish() }).nullish(),
});

/** Reads the text of kubeadm's ClusterConfiguration. @throws MERGE_…, INPUT_TOO_LARGE, z.ZodError */
export function clusterFlags(configuration: string): ClusterFlags {
  const { apiServer, networking } = schema.parse(readPlain(configuration, "kubeadm's ClusterConfiguration"));
  return { extra: apiServer?.extraArgs ?? new Map(), serviceSubnet: networking?.serviceSubnet ?? undefined };
}

/** Flags of the cluster's machines, its files and its peers, of which a shadow has none. */
const ofMachines =
  /^(?:etcd-|audit-|tls-|oidc-|encryption-|proxy-client-|requestheader-|kubelet-|service-account-|peer-|authentication-|authorization-|client-ca-|secure-port$|bind-address$|advertise-address$|cert-dir$|external-hostname$|token-auth-file$|endpoint-reconciler-type$|enable-bootstrap-token-auth$|anonymous-auth$|egress-selector-config-file$|admission-control-config-file$|cloud-)/;

/** Those that call servers of the cluster, which a shadow must not. */
const webhooks = ['MutatingAdmissionWebhook', 'ValidatingAdmissionWebhook'];

/** What kubeadm enables where nobody says otherwise. */
const usualPlugins = ['NodeRestriction'];

/** The cluster's own flags as a shadow gets them, and which of them it does not get. */
export function shadowFlags(extra: Flags): { readonly flags: Flags; readonly leftOut: readonly string[] } {
  const leftOut = [...extra].filter(([name, values]) => isOfMachine(name, values)).map(([name]) => name);
  const kept = new Map([...extra].filter(([name]) => !leftOut.includes(name)));
  const plugins = (name: string, usual: readonly string[] = []): readonly string[] =>
    (kept.get(name) ?? usual)
      .flatMap((value) => value.split(','))
      .filter((one) => one !== '' && !webhooks.includes(one));
  const enabled = plugins('enable-admission-plugins', usualPlugins);
  if (enabled.length > 0) kept.set('enable-admission-plugins', [enabled.join(',')]);
  else kept.delete('enable-admission-plugins');
  kept.set('disable-admission-plugins', [[...plugins('disable-admission-plugins'), ...webhooks].join(',')]);
  return { flags: kept, leftOut: leftOut.toSorted() };
}

function isOfMachine(name: string, values: readonly string[]): boolean {
  return ofMachines.test(name) || values.some((value) => value.startsWith('/'));
}

/** The flags of the other API server: without an emulation, or emulating a minor such as `1.36`. */
export function emulating(flags: Flags, minor: string | undefined): Flags {
  const others = new Map([...flags].filter(([name]) => name !== 'emulated-version'));
  return minor === undefined ? others : new Map([...others, ['emulated-version', [minor]]]);
}

/** As Go's programs take them. */
export function flagParts(flags: Flags): readonly string[] {
  return [...flags].flatMap(([name, values]) => values.map((value) => `--${name}=${value}`));
}
