import type { CheckItem } from '@sealift/core/check';
import type { SeenWait } from '@sealift/core/upgrade';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { explain } from '@sealift/kubernetes/explain';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';
import { z } from 'zod';

const apiVersion = 'admissionregistration.k8s.io/v1';
const kinds = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const;
const atOnce = 4;
const most = 500;

const schema = z.object({ webhooks: z.array(z.looseObject({ failurePolicy: z.string().nullish() })).nullish() });

/** One webhook that nobody answers. */
interface Silent {
  readonly item: CheckItem;
  /** `refuses`: what it judges is refused meanwhile; `passes`: it goes unjudged; `unknown`: nobody can tell whether it answers. */
  readonly meanwhile: 'refuses' | 'passes' | 'unknown';
}

/** Which admission webhooks nobody answers: what they judge is refused, and with it whatever the upgrade applies of it. */
export async function webhooksAnswer(objects: Objects, cancel: AbortSignal): Promise<Finding> {
  const found: { readonly object: KubeObject; readonly refuses: boolean }[] = [];
  for (const kind of kinds) {
    for (const object of await objects.list({ apiVersion, kind }, cancel)) found.push(...oneByOne(object));
  }
  const looked = await mapAtOnce(found.slice(0, most), atOnce, async ({ object, refuses }) => {
    const { state, wait } = await explain(objects.client, object, { cancel });
    if (wait === null) return null;
    return { item: itemOf(object, wait), meanwhile: state === 'unknown' ? 'unknown' : refuses ? 'refuses' : 'passes' };
  });
  return judge(
    looked.filter((one): one is Silent => one !== null),
    found.length,
  );
}

/** Each webhook of a configuration alone, so that each is judged. */
function oneByOne(object: KubeObject): readonly { readonly object: KubeObject; readonly refuses: boolean }[] {
  const webhooks = schema.safeParse(object).data?.webhooks ?? [];
  return webhooks.map((webhook) => ({
    object: { ...object, webhooks: [webhook] },
    refuses: webhook.failurePolicy !== 'Ignore',
  }));
}

function itemOf(object: KubeObject, { what, impact, remedy }: SeenWait): CheckItem {
  const text = impact === '' ? what : `${what}. ${impact}`;
  return { place: nameOf(referenceOf(object)), text, ...(remedy === null ? {} : { remedy }) };
}

function judge(silent: readonly Silent[], count: number): Finding {
  const of = (meanwhile: Silent['meanwhile']) => silent.filter((one) => one.meanwhile === meanwhile);
  const [refuses, unknown, passes] = [of('refuses'), of('unknown'), of('passes')];
  const sorted = [...refuses, ...unknown, ...passes].map(({ item }) => item);
  const [first] = sorted;
  if (count > most) {
    const detail = `There are ${count} webhooks, and ${most} were looked at`;
    return withItems({ outcome: 'unknown', detail, remedy: 'Remove what is left over of others.' }, sorted);
  }
  if (first === undefined) return pass(`${count} webhooks, each with somebody who answers`);
  const remedy = first.remedy ?? 'Bring back the pods behind it, or remove the configuration that was left over.';
  const finding = (refuses.length > 0 ? block : warn)(first.text, remedy);
  const isUnknown = refuses.length === 0 && unknown.length > 0;
  return withItems(isUnknown ? { ...finding, outcome: 'unknown' } : finding, sorted);
}
