import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type Definition, labelled } from './definitions.ts';

const beside = fileURLToPath(new URL('../../../../../../shared/data/capv-crds', import.meta.url));

/** Tell Cluster API which version serves which of its contracts. */
const contracts = { 'cluster.x-k8s.io/v1beta1': 'v1beta1', 'cluster.x-k8s.io/v1beta2': 'v1beta2' };

/**
 * The resources of Cluster API's provider for vSphere: its own definitions, when they lie in `../shared/data/capv-crds` beside the
 * checkout, else smaller ones with the fields that are used here. No webhook converts them: the versions are the same but for their
 * names as far as they are used.
 */
export async function vsphereDefinitions(): Promise<readonly Definition[]> {
  const whole = existsSync(beside) ? globSync('*.yaml', { cwd: beside }).toSorted() : [];
  const given = await Promise.all(
    whole.map(async (file) => parse(await readFile(`${beside}/${file}`, 'utf8')) as Definition),
  );
  const names = new Set(given.map(({ metadata }) => metadata.name));
  // Not every kind is among those that lie there.
  const definitions = [...given, ...smallDefinitions().filter(({ metadata }) => !names.has(metadata.name))];
  return definitions.map((definition) => labelled(definition, contracts));
}

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const whole: Schema = { type: 'integer', format: 'int32' };
const flag: Schema = { type: 'boolean' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const record = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
});
const texts: Schema = { type: 'object', additionalProperties: text };

const status: Readonly<Record<string, Schema>> = {
  initialization: record({ provisioned: flag }),
  conditions: {
    ...list(
      record(
        {
          type: text,
          status: text,
          reason: text,
          message: text,
          observedGeneration: { type: 'integer', format: 'int64' },
          lastTransitionTime: { type: 'string', format: 'date-time' },
        },
        ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
      ),
    ),
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  },
};

const endpoint = record({ host: text, port: whole });

const machine: Readonly<Record<string, Schema>> = {
  cloneMode: text,
  datacenter: text,
  datastore: text,
  diskGiB: whole,
  folder: text,
  memoryMiB: { type: 'integer', format: 'int64' },
  network: record(
    {
      devices: list(
        record(
          { networkName: text, dhcp4: flag, dhcp6: flag, ipAddrs: list(text), gateway4: text, nameservers: list(text) },
          ['networkName'],
        ),
      ),
    },
    ['devices'],
  ),
  numCPUs: whole,
  numCoresPerSocket: whole,
  powerOffMode: text,
  providerID: text,
  resourcePool: text,
  server: text,
  storagePolicyName: text,
  template: text,
  thumbprint: text,
};
const machineSpec = record(machine, ['network', 'template']);

/** What is defined where the provider's own definitions are not there: both versions of each kind, with one schema. */
export function smallDefinitions(): readonly Definition[] {
  const identity = record({ kind: text, name: text }, ['kind', 'name']);
  const cluster = record({ controlPlaneEndpoint: endpoint, identityRef: identity, server: text, thumbprint: text }, [
    'server',
  ]);
  const addresses = list(record({ type: text, address: text }, ['type', 'address']));
  const networks = list(record({ connected: flag, ipAddrs: list(text), macAddr: text, networkName: text }));
  const template = record({ metadata: record({ annotations: texts, labels: texts }), spec: machineSpec }, ['spec']);
  return [
    define('VSphereCluster', cluster, record(status)),
    define('VSphereClusterTemplate', record({ template: record({ spec: cluster }, ['spec']) }, ['template'])),
    define('VSphereMachine', machineSpec, record({ ...status, addresses, network: networks })),
    define('VSphereMachineTemplate', record({ template }, ['template'])),
  ];
}

function define(kind: string, spec: Schema, ofStatus?: Schema): Definition {
  const singular = kind.toLowerCase();
  const properties = { apiVersion: text, kind: text, metadata: { type: 'object' }, spec };
  const schema = record(ofStatus === undefined ? properties : { ...properties, status: ofStatus });
  const version = (name: string, storage: boolean): object => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: schema },
    ...(ofStatus === undefined ? {} : { subresources: { status: {} } }),
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.infrastructure.cluster.x-k8s.io` },
    spec: {
      group: 'infrastructure.cluster.x-k8s.io',
      names: { kind, listKind: `${kind}List`, plural: `${singular}s`, singular, categories: ['cluster-api'] },
      scope: 'Namespaced',
      versions: [version('v1beta1', false), version('v1beta2', true)],
    },
  };
}
