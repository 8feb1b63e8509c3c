import type { KubeApi, KubeObject } from '../kube-api.ts';

const group = 'infrastructure.cluster.x-k8s.io';

/**
 * Which fields of a provider's objects Cluster API reads, and in which version of theirs: the newest contract that a definition has a
 * label for (https://cluster-api.sigs.k8s.io/developer/providers/contracts/overview).
 */
export interface Contract {
  readonly name: 'v1beta1' | 'v1beta2';
  /** The path of the group in the version that the contract names. */
  readonly api: string;
}

/** @throws Error when the vSphere provider's kinds are not defined, or say nothing of a contract */
export async function readContract(management: KubeApi): Promise<Contract> {
  const definition = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/vspheremachines.${group}`;
  const labels = (await management.get<KubeObject>(definition))?.metadata.labels ?? {};
  for (const name of ['v1beta2', 'v1beta1'] as const) {
    const version = labels[`cluster.x-k8s.io/${name}`]?.split('_').at(-1);
    if (version !== undefined) return { name, api: `/apis/${group}/${version}` };
  }
  throw new Error(`vspheremachines.${group} is not defined with a contract of Cluster API`);
}

/** How far the provider is with a machine; the words are those of the vSphere provider. */
export type MachineProgress =
  | { readonly at: 'waiting'; readonly for: 'ClusterInfrastructure' | 'BootstrapData' | 'Clone' }
  | { readonly at: 'failed'; readonly message: string }
  | { readonly at: 'provisioned' };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly severity?: string;
  readonly lastTransitionTime?: string;
}

export interface ProviderStatus {
  readonly ready?: boolean;
  readonly initialization?: { readonly provisioned?: boolean };
  readonly conditions?: readonly Condition[];
}

/** The status to write for a machine; undefined when it says so already. */
export function machineStatus(
  contract: Contract,
  progress: MachineProgress,
  old: ProviderStatus = {},
): ProviderStatus | undefined {
  const conditions = contract.name === 'v1beta1' ? conditionsV1beta1(progress) : conditionsV1beta2(progress);
  const dated = conditions.map((condition) => dateOf(condition, old.conditions));
  if (same(dated, old.conditions) && isProvisioned(old) === (progress.at === 'provisioned')) return undefined;
  return { ...provisioned(contract, progress.at === 'provisioned'), conditions: dated };
}

/** The status to write for a cluster that has what it needs. */
export function clusterStatus(contract: Contract, old: ProviderStatus = {}): ProviderStatus | undefined {
  const ready = contract.name === 'v1beta1' ? { type: 'Ready', status: 'True' } : positive('Ready', 'Ready');
  if (isProvisioned(old) && old.conditions !== undefined) return undefined;
  return { ...provisioned(contract, true), conditions: [dateOf(ready, old.conditions)] };
}

export function isProvisioned(status: ProviderStatus): boolean {
  return status.ready === true || status.initialization?.provisioned === true;
}

function provisioned({ name }: Contract, is: boolean): ProviderStatus {
  if (name === 'v1beta1') return { ready: is };
  return is ? { initialization: { provisioned: true } } : {};
}

function conditionsV1beta1(progress: MachineProgress): readonly Condition[] {
  const types = ['Ready', 'VMProvisioned'];
  if (progress.at === 'provisioned') return types.map((type) => ({ type, status: 'True' }));
  const why =
    progress.at === 'failed'
      ? { reason: 'CloningFailed', severity: 'Warning', message: progress.message }
      : { reason: progress.for === 'Clone' ? 'Cloning' : `WaitingFor${progress.for}`, severity: 'Info' };
  return types.map((type) => ({ type, status: 'False', ...why }));
}

function conditionsV1beta2(progress: MachineProgress): readonly Condition[] {
  const type = 'VirtualMachineProvisioned';
  if (progress.at === 'provisioned') return [positive('Ready', 'Ready'), positive(type, 'Provisioned')];
  const waiting =
    progress.at === 'waiting' && progress.for === 'ClusterInfrastructure' ? 'ClusterInfrastructureReady' : undefined;
  const reason = progress.at === 'failed' ? 'NotProvisioned' : `WaitingFor${waiting ?? progress.for}`;
  const message = progress.at === 'failed' ? progress.message : '';
  return [
    { type: 'Ready', status: 'False', reason: 'NotReady', message: `* ${type}: ${message === '' ? reason : message}` },
    { type, status: 'False', reason, message },
  ];
}

function positive(type: string, reason: string): Condition {
  return { type, status: 'True', reason, message: '' };
}

function dateOf(condition: Condition, old: readonly Condition[] = []): Condition {
  const before = old.find(({ type, status }) => type === condition.type && status === condition.status);
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return { ...condition, lastTransitionTime: before?.lastTransitionTime ?? now };
}

function same(wanted: readonly Condition[], old: readonly Condition[] = []): boolean {
  return wanted.every((condition) =>
    old.some(
      ({ type, status, reason, message }) =>
        type === condition.type &&
        status === condition.status &&
        (reason ?? '') === (condition.reason ?? '') &&
        (message ?? '') === (condition.message ?? ''),
    ),
  );
}
