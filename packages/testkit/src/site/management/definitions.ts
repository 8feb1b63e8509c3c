import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { waitUntil } from '../../wait-until.ts';
import type { JsonClient } from '../json-client.ts';
import type { ClusterApiComponent } from './cluster-api.ts';

/** An object of the API server's own: a resource definition, a webhook configuration, a namespace, a Deployment. */
export interface Definition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Where a component's webhooks are answered. */
export interface Webhooks {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** PEM. */
  readonly ca: string;
}

interface ResourceDefinition extends Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
  };
}

interface WebhookConfiguration extends Definition {
  readonly webhooks: readonly { readonly clientConfig: { readonly service: { readonly path: string } } }[];
}

/** As long as a program may take to be ready. */
const patienceMs = 120_000;

const collections: Readonly<Record<string, string>> = {
  Deployment: '/apis/apps/v1/namespaces',
  Namespace: '/api/v1/namespaces',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  MutatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
};

/**
 * A component's namespace, resource definitions and webhook configurations as its installation has them, but with the address of
 * its manager on loopback in place of a Service. All of Cluster API's resources are converted between versions by a webhook.
 *
 * @param folder its `config`, kustomize's sources of that installation
 */
export async function readDefinitions(
  folder: string,
  { namespace, prefix }: Pick<ClusterApiComponent, 'namespace' | 'prefix'>,
  webhooks: Webhooks,
): Promise<readonly Definition[]> {
  const caBundle = Buffer.from(webhooks.ca).toString('base64');
  const at = (path: string): object => ({ url: `${webhooks.url}${path}`, caBundle });
  const conversion = {
    strategy: 'Webhook',
    webhook: { conversionReviewVersions: ['v1'], clientConfig: at('/convert') },
  };
  const resources = (await readResourceDefinitions(join(folder, 'crd/kustomization.yaml'))).map((definition) => ({
    ...definition,
    spec: { ...definition.spec, conversion },
  }));
  const configurations = parseAllDocuments(await readFile(join(folder, 'webhook/manifests.yaml'), 'utf8')).map(
    (document): Definition => {
      const configuration = document.toJS() as WebhookConfiguration;
      return {
        ...configuration,
        metadata: { ...configuration.metadata, name: `${prefix}${configuration.metadata.name}` },
        webhooks: configuration.webhooks.map((webhook) => ({
          ...webhook,
          clientConfig: at(webhook.clientConfig.service.path),
        })),
      };
    },
  );
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...resources, ...configurations];
}

/** What a kustomization lists, with the labels that it adds: they tell which versions serve which contract of Cluster API. */
async function readResourceDefinitions(kustomization: string): Promise<readonly ResourceDefinition[]> {
  const { resources, labels = [] } = parse(await readFile(kustomization, 'utf8')) as {
    readonly resources: readonly string[];
    readonly labels?: readonly { readonly pairs: Readonly<Record<string, string>> }[];
  };
  const added = Object.assign({}, ...labels.map(({ pairs }) => pairs)) as Record<string, string>;
  return Promise.all(
    resources.map(async (path) => {
      const definition = parse(await readFile(join(dirname(kustomization), path), 'utf8')) as ResourceDefinition;
      return labelled(definition, added);
    }),
  );
}

/** The same with more labels. */
export function labelled<Kind extends Definition>(definition: Kind, labels: Readonly<Record<string, string>>): Kind {
  return { ...definition, metadata: { ...definition.metadata, labels: { ...definition.metadata.labels, ...labels } } };
}

/** Applies definitions and waits until every resource among them is discovered and served. */
export async function applyDefinitions(client: JsonClient, definitions: readonly Definition[]): Promise<void> {
  await Promise.all(definitions.map((definition) => apply(client, definition)));
  await untilServed(client, definitions.filter(isResourceDefinition));
}

async function apply(client: JsonClient, definition: Definition): Promise<void> {
  const { kind, metadata } = definition;
  const collection = collections[kind];
  if (collection === undefined) throw new Error(`${kind} is not among what is defined here`);
  const place = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/deployments/${metadata.name}`;
  const answer = await client.send({
    method: 'PATCH',
    path: `${collection}/${place}?fieldManager=installation&force=true`,
    // JSON is YAML.
    contentType: 'application/apply-patch+yaml',
    body: definition,
  });
  if (answer.status >= 300) {
    throw new Error(`${kind} ${metadata.name}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`);
  }
}

/** That it answers for a resource is not enough: clients learn from discovery what there is, and that lags behind. */
async function untilServed(client: JsonClient, definitions: readonly ResourceDefinition[]): Promise<void> {
  const resources = definitions.flatMap(({ spec: { group, versions, names } }) =>
    versions.map((version) => ({ ...version, path: `${group}/${version.name}/${names.plural}` })),
  );
  await waitUntil(
    'the resources to be discovered',
    async () => {
      const discovered = new Set(await discover(client));
      return resources.every(({ served, path }) => !served || discovered.has(path));
    },
    patienceMs,
  );
  // Others than the stored one may have to be converted, by a manager that does not run yet.
  const stored = resources.filter(({ storage }) => storage);
  await Promise.all(
    stored.map(({ path }) =>
      waitUntil(
        `${path} to be served`,
        async () => {
          const { status } = await client.send({ method: 'GET', path: `/apis/${path}?limit=1` });
          return status === 200;
        },
        patienceMs,
      ),
    ),
  );
}

/** Every resource as `<group>/<version>/<plural>` (aggregated discovery, apidiscovery.k8s.io/v2). */
async function discover(client: JsonClient): Promise<readonly string[]> {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const { items } = (await client.send({ method: 'GET', path: '/apis', accept })).body as {
    readonly items: readonly {
      readonly metadata: { readonly name: string };
      readonly versions: readonly {
        readonly version: string;
        readonly resources?: readonly { readonly resource: string }[];
      }[];
    }[];
  };
  return items.flatMap(({ metadata: { name: group }, versions }) =>
    versions.flatMap(({ version, resources = [] }) =>
      resources.map(({ resource }) => `${group}/${version}/${resource}`),
    ),
  );
}

function isResourceDefinition(definition: Definition): definition is ResourceDefinition {
  return definition.kind === 'CustomResourceDefinition';
}
