import type { CheckItem } from '@sealift/core/check';
import { explain } from '@sealift/kubernetes/explain';
import type { Objects } from '@sealift/kubernetes/objects';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';

const apiVersion = 'admissionregistration.k8s.io/v1';
const kinds = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const;
const atOnce = 4;

/** Which admission webhooks nobody answers: what they judge is refused, and with it whatever the upgrade applies of it. */
export async function webhooksAnswer(objects: Objects, cancel: AbortSignal): Promise<Finding> {
  const found: KubeObject[] = [];
  for (const kind of kinds) found.push(...(await objects.list({ apiVersion, kind }, cancel)));
  const waits = await mapAtOnce(found, atOnce, async (object) => {
    const { wait } = await explain(objects.client, object, { cancel });
    return wait === null ? null : { object, wait };
  });
  const down = waits.filter((one) => one !== null);
  const refusing = down.filter(({ wait }) => wait.impact.includes('refused'));
  const items = down.map(
    ({ object, wait: { what, impact, remedy } }): CheckItem => ({
      place: nameOf(referenceOf(object)),
      text: `${what}. ${impact}`,
      ...(remedy === null ? {} : { remedy }),
    }),
  );
  const [first] = refusing.length > 0 ? refusing : down;
  if (first === undefined) return pass(`${found.length} configurations, each with somebody who answers`);
  const { what, impact, remedy } = first.wait;
  const detail = `${what}. ${impact}`;
  const mend = remedy ?? 'Bring back the pods behind it, or remove the configuration that was left over.';
  return withItems((refusing.length > 0 ? block : warn)(detail, mend), items);
}
