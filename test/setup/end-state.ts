import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

interface Resources extends KubeObject {
  readonly resources: readonly Resource[];
}

interface Groups extends KubeObject {
  readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
}

/** What comes and goes by itself, or is one to a machine. */
const passing = new Set([
  'ComponentStatus',
  'ControllerRevision',
  'CSINode',
  'Endpoints',
  'EndpointSlice',
  'Event',
  'Lease',
  'Pod',
  'PortForward',
  'ReplicaSet',
]);

/**
 * Everything that a cluster holds, a line an object, in a form that is the same for two clusters that were brought to the same: without what
 * each makes anew, such as ids, times, addresses and the ends of generated names. Of secrets the names of their keys, of a helm release its
 * last revision.
 */
export async function endStateOf(kubeconfig: string): Promise<readonly string[]> {
  const api = await KubeApi.fromKubeconfig(kubeconfig);
  try {
    const lines: string[] = [];
    for (const version of await versionsOf(api)) {
      const { resources = [] } = (await api.get<Resources>(version)) ?? {};
      for (const { name, kind, verbs } of resources) {
        if (!verbs.includes('list') || name.includes('/') || passing.has(kind)) continue;
        lines.push(...linesOf(kind, await api.list<Stored>(`${version}/${name}`)));
      }
    }
    return lines.sort();
  } finally {
    api.close();
  }
}

/** Lines of either that the other lacks, so that they can be read where two clusters differ. */
export function differingLines(first: readonly string[], second: readonly string[]): readonly string[] {
  const [inFirst, inSecond] = [new Set(first), new Set(second)];
  return [
    ...first.filter((line) => !inSecond.has(line)).map((line) => `- ${line}`),
    ...second.filter((line) => !inFirst.has(line)).map((line) => `+ ${line}`),
  ];
}

async function versionsOf(api: KubeApi): Promise<string[]> {
  const groups = (await api.get<Groups>('/apis'))?.groups ?? [];
  return ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
}

type Stored = KubeObject & { readonly data?: Readonly<Record<string, string>> };

function linesOf(kind: string, objects: readonly Stored[]): string[] {
  const releases = new Map<string, { revision: number; status: string | undefined }>();
  const lines: string[] = [];
  for (const object of objects) {
    const [, release, revision] = /^sh\.helm\.release\.v1\.(.+)\.v(\d+)$/.exec(object.metadata.name) ?? [];
    if (release === undefined) {
      lines.push(steady(`${kind} ${JSON.stringify(contentOf(kind, object))}`));
      continue;
    }
    const name = `${object.metadata.namespace}/${release}`;
    if (Number(revision) < (releases.get(name)?.revision ?? 0)) continue;
    releases.set(name, { revision: Number(revision), status: object.metadata.labels?.['status'] });
  }
  return [...lines, ...[...releases].map(([name, { status }]) => `Release ${name} ${status}`)];
}

function contentOf(kind: string, object: Stored): unknown {
  const { metadata, ...content } = object;
  const { name, namespace, labels, annotations, ownerReferences, finalizers } = metadata as KubeObject['metadata'] & {
    readonly annotations?: unknown;
    readonly finalizers?: unknown;
  };
  const kept = { ...content, status: undefined };
  const data = kind === 'Secret' ? Object.keys(object.data ?? {}).sort() : object.data;
  const owners = ownerReferences?.map((owner) => owner.kind);
  return { namespace, name, labels, annotations, finalizers, owners, ...kept, data };
}

/** Without what two clusters differ in; what Cluster API calls the hash of a set's template ends with letters that it generates, and the token that a machine joins with is one of its own. */
function steady(text: string): string {
  return text
    .replaceAll(/(enterprise-(?:control-plane|workers))-[a-z0-9]{5,10}(?:-[a-z0-9]{5})?\b/g, '$1-…')
    .replaceAll(/\bbootstrap-token-[a-z0-9]{6}\b/g, 'bootstrap-token-…')
    .replaceAll(/("machine-template-hash":"\d+)-[a-z0-9]{5}"/g, '$1-…"')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\b(?:[0-9A-F]{2}:){19,31}[0-9A-F]{2}\b/g, 'THUMBPRINT')
    .replaceAll(/\b(?:127\.0\.0\.1|localhost):\d+/g, 'ADDRESS')
    .replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, 'ADDRESS')
    .replaceAll(/"nodePort":\d+/g, '"nodePort":0')
    .replaceAll(/\\?"(?:epoch|resourceVersion)\\?":\s*\\?"?\d+\\?"?/g, '')
    .replaceAll(/"(?:caBundle|token)":"[^"]*"/g, '');
}
