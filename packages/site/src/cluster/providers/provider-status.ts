import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import { explain } from '@sealift/kubernetes/explain';
import { type KubeObject, nameOf, type ObjectReference } from '@sealift/kubernetes/object';
import { isDefinition } from '@sealift/kubernetes/order';
import type { ProvidersStatus } from '@sealift/upgrade/ports/providers';
import { containersOf, isDeployment } from './deployment.ts';
import { keyOf } from './plan-providers.ts';
import type { ProviderRecord } from './provider-record.ts';
import { forEach, type ProvidersTools } from './providers-tools.ts';
import { conversionWait, webhookWait } from './webhooks-answer.ts';

type Applied = NonNullable<ProviderRecord['applied']>;
type Tools = Pick<ProvidersTools, 'objects' | 'records' | 'cancel'>;

/**
 * How the providers are: what was applied as a whole, and what that waits for. What was begun and not ended is in neither state, so it has no digest.
 *
 * @throws KUBERNETES_…, RECORD_…
 */
export async function providersStatus(tools: Tools): Promise<ProvidersStatus> {
  const { record } = (await tools.records.find(tools.cancel)) ?? {};
  const applied = record?.applied ?? null;
  if (record === undefined || applied === null || record.attempt !== null)
    return { digest: null, wait: null, complete: false, notes: [] };
  const { digest, kept, rewritten } = applied;
  const wait = await waitOf(record.members, applied, tools);
  const stored = (rewritten ?? 0) === 0 ? [] : [`${rewritten} objects stored in the version of their definition`];
  return { digest, wait, complete: rewritten !== null, notes: [...kept.map((what) => `kept: ${what}`), ...stored] };
}

const judged: ReadonlySet<string> = new Set(['Deployment', 'Certificate']);
/** Looked at when the programs run, as nobody answers before; definitions are large, too. */
const answered: ReadonlySet<string> = new Set([
  'CustomResourceDefinition',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
]);

/** Programs and certificates first. */
async function waitOf(
  members: readonly ObjectReference[],
  applied: Applied,
  { objects, cancel }: Tools,
): Promise<SeenWait | null> {
  const since = applied.at;
  const waits = await forEach(
    members.filter(({ kind }) => judged.has(kind)),
    async (of) => {
      const live = await objects.get(of, cancel);
      if (live === undefined) return absent(of, since);
      const other = isDeployment(live) ? otherImage(live, applied) : undefined;
      if (other !== undefined) return { ...other, since };
      const told = await explain(objects.client, live, { cancel, discovery: objects.discovery });
      return told.wait === null ? null : { ...told.wait, since: told.wait.since ?? since };
    },
  );
  const programs = worst(waits);
  if (programs !== null) return programs;
  const namespace = members.find(({ kind }) => kind === 'Deployment')?.namespace ?? 'default';
  const answers = await forEach(
    members.filter(({ kind }) => answered.has(kind)),
    async (of) => {
      const live = await objects.get(of, cancel);
      if (live === undefined) return absent(of, since);
      return isDefinition(live)
        ? conversionWait(live, since)
        : await webhookWait(objects, live, { since, namespace, cancel });
    },
  );
  return worst(answers);
}

/** Somebody gave it another image since. */
function otherImage(live: KubeObject, { images }: Applied): SeenWait | undefined {
  const key = keyOf(live);
  const wanted = Object.hasOwn(images, key) ? images[key] : undefined;
  const other = containersOf(live).find(({ name, image }) => {
    const asked = wanted !== undefined && Object.hasOwn(wanted, name) ? wanted[name] : image;
    return asked !== image;
  });
  if (other === undefined) return undefined;
  return waitingFor(`Deployment ${key} runs ${other.image}, and its components say ${wanted?.[other.name] ?? ''}`, {
    level: 'blocked',
    object: { kind: 'Deployment', name: key },
    remedy: 'Find out who changed it and set the image of the components again.',
  });
}

function absent(of: ObjectReference, since: string): SeenWait {
  const { kind, name } = of;
  const remedy = 'Find out who removed it; a release with other components brings it back.';
  return waitingFor(`${nameOf(of)} is not there`, { since, level: 'blocked', object: { kind, name }, remedy });
}

const order = ['failed', 'blocked', 'stalled', 'slow', 'moving'] as const;

/** The one to look at first; how many more there are is told with it. */
function worst(found: readonly (SeenWait | null)[]): SeenWait | null {
  const [first, ...more] = found
    .filter((one) => one !== null)
    .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  if (first === undefined) return null;
  return more.length === 0 ? first : { ...first, what: `${first.what} (and ${more.length} more)` };
}
