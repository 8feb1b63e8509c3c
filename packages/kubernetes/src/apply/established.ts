import { SealiftError } from '@sealift/core/errors';
import { pause } from '@sealift/io/pause';
import { z } from 'zod';
import { readable } from '../connection/answer.ts';
import { decode } from '../connection/decode.ts';
import type { Discovery } from '../objects/discovery.ts';
import { type KubeObject, nameOf, referenceOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';

const usualTimeoutMs = 60_000;
const condition = z.object({ type: z.string(), status: z.string(), message: z.string().optional() });
const definition = z.object({
  spec: z.object({
    group: z.string(),
    names: z.object({ kind: z.string() }),
    versions: z.array(z.object({ name: z.string(), served: z.boolean() })),
  }),
  status: z.object({ conditions: z.array(condition).nullish() }).nullish(),
});

/**
 * Waits until the API server takes objects of a definition's kind (CustomResourceDefinition, conditions `NamesAccepted` and `Established`)
 * and announces every served version of it.
 *
 * @throws KUBERNETES_OBJECT_INVALID where another definition has its names; KUBERNETES_TIMEOUT, KUBERNETES_…, CANCELLED
 */
export async function waitUntilEstablished(
  objects: Objects,
  of: KubeObject,
  {
    timeoutMs = usualTimeoutMs,
    cancel,
  }: { readonly timeoutMs?: number | undefined; readonly cancel?: AbortSignal | undefined } = {},
): Promise<void> {
  const name = nameOf(referenceOf(of));
  const deadline = Date.now() + timeoutMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1000)) {
    const found = await objects.get(referenceOf(of), cancel);
    if (found === undefined) throw invalid(`${name} was deleted while it was waited for`);
    const { spec, status } = decode(definition, found, name);
    const conditions = new Map((status?.conditions ?? []).map((each) => [each.type, each]));
    const names = conditions.get('NamesAccepted');
    if (names?.status === 'False') throw invalid(`${name} is not accepted: ${readable(names.message ?? '')}`);
    const established = conditions.get('Established')?.status === 'True';
    if (established && (await isAnnounced(objects.discovery, spec, cancel))) return;
    if (Date.now() > deadline) {
      throw new SealiftError('KUBERNETES_TIMEOUT', {
        values: { what: `${name}, to be served`, seconds: timeoutMs / 1000 },
      });
    }
    await pause(pauseMs, cancel);
  }
}

async function isAnnounced(
  discovery: Discovery,
  { group, names, versions }: z.infer<typeof definition>['spec'],
  cancel: AbortSignal | undefined,
): Promise<boolean> {
  const { resources } = await discovery.read(cancel);
  return versions
    .filter(({ served }) => served)
    .every(({ name }) => resources.some((at) => at.group === group && at.version === name && at.kind === names.kind));
}

function invalid(reason: string): SealiftError {
  return new SealiftError('KUBERNETES_OBJECT_INVALID', { values: { reason } });
}
