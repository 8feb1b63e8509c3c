import { SealiftError } from '@sealift/core/errors';
import { apply } from '@sealift/kubernetes/apply';
import { waitUntilEstablished } from '@sealift/kubernetes/established';
import { identityOfReference, type KubeObject, type ObjectReference, referenceOf } from '@sealift/kubernetes/object';
import { inApplyOrder, isDefinition, isGroundwork } from '@sealift/kubernetes/order';
import { takeOver } from '@sealift/kubernetes/take-over';
import type { DesiredProviders } from '@sealift/upgrade/ports/providers';
import { containersOf, isDeployment } from './deployment.ts';
import { isInstaller } from './installers.ts';
import { tellInventory } from './inventory.ts';
import { findLeftovers } from './leftovers.ts';
import { keyOf, planProviders, type ProvidersPlan } from './plan-providers.ts';
import type { ProviderRecord } from './provider-record.ts';
import type { ProvidersTools } from './providers-tools.ts';
import { rewriteDropped, rewriteStored } from './rewrite-stored.ts';
import type { Remembered, SettledObject } from './settle.ts';

/**
 * Asks the cluster for a release's providers, and, once they run, stores their objects in the versions that they store. All that can be refused is
 * refused before anything is changed. The record says it last, so that what was cut is not applied, and applying it again goes on.
 *
 * @throws PROVIDERS_…, PACK_…, KUBERNETES_…, RECORD_…, LEASE_LOST, CANCELLED
 */
export async function applyProviders(desired: DesiredProviders, tools: ProvidersTools): Promise<void> {
  const { records, cancel } = tools;
  const { digest } = desired.components;
  const found = await records.find(cancel);
  const before = found?.record;
  if (before !== undefined && before.attempt === null && before.applied?.digest === digest) {
    if (before.applied.rewritten === null) await finish(desired, tools);
    return;
  }
  const plan = await planProviders(desired, before, tools);
  refuse(plan);

  const at = new Date().toISOString();
  const wanted = plan.objects.map(({ object }) => object);
  const cut = before?.attempt?.digest === digest ? before.attempt : null;
  const attempt = { digest, at, remembered: rememberedBy(plan, 'during'), kept: cut?.kept ?? keptBy(plan) };
  const opened = await records.open(cancel);
  refuseOther(before, opened.record);
  const members = unionOf(opened.record.members, wanted);
  const begun = await records.write(opened, { ...opened.record, attempt, members }, cancel);
  const left = await findLeftovers(wanted, members, tools);
  await rewriteDropped(wanted, tools);
  await applyAll(plan.objects, tools);
  for (const one of left) {
    const { uid } = one.metadata;
    await tools.objects.delete(referenceOf(one), { uid }, cancel);
  }
  await tellInventory(wanted, tools);
  const applied = {
    digest,
    at: new Date().toISOString(),
    remembered: rememberedBy(plan, 'after'),
    kept: attempt.kept,
    images: imagesOf(wanted),
    rewritten: null,
  };
  await records.write(begun, { ...begun.record, applied, attempt: null, members: unionOf([], wanted) }, cancel);
}

/** @throws PROVIDERS_REFUSED */
function refuse({ obstacles }: ProvidersPlan): void {
  const [first, ...more] = obstacles;
  if (first === undefined) return;
  const others = more.length === 0 ? '' : `; and ${more.length} more`;
  throw new SealiftError('PROVIDERS_REFUSED', { values: { reason: `${first.what}${others}`, remedy: first.remedy } });
}

/** What was planned is not done where somebody has begun or ended something meanwhile. @throws KUBERNETES_CONFLICT */
function refuseOther(before: ProviderRecord | undefined, now: ProviderRecord): void {
  if (before?.attempt?.at === now.attempt?.at && before?.applied?.at === now.applied?.at) return;
  const object = 'the record of the Cluster API providers';
  throw new SealiftError('KUBERNETES_CONFLICT', { values: { object } });
}

/** Definitions first and established; what an installer owns passes to us just before each object is applied. */
async function applyAll(all: readonly SettledObject[], { objects, cancel }: ProvidersTools): Promise<void> {
  const settled = new Map(all.map((one) => [one.object, one]));
  const ordered = inApplyOrder(all.map(({ object }) => object));
  const each = async (object: KubeObject): Promise<void> => {
    await takeOver(objects, referenceOf(object), isInstaller, cancel);
    await apply(objects, object, { agreed: settled.get(object)?.agreed, cancel });
  };
  const groundwork = ordered.filter(isGroundwork);
  for (const object of groundwork) await each(object);
  for (const object of groundwork.filter(isDefinition)) await waitUntilEstablished(objects, object, { cancel });
  objects.discovery.forget();
  for (const object of ordered.filter((one) => !isGroundwork(one))) await each(object);
}

/** What can be done only when the new providers run: they convert what is stored. */
async function finish(desired: DesiredProviders, tools: ProvidersTools): Promise<void> {
  const { records, cancel } = tools;
  const stored = await records.open(cancel);
  const { applied } = stored.record;
  if (applied?.digest !== desired.components.digest || stored.record.attempt !== null) return;
  const rewritten = await rewriteStored(stored.record.members, tools);
  await records.write(stored, { ...stored.record, applied: { ...applied, rewritten } }, cancel);
}

function rememberedBy({ objects }: ProvidersPlan, when: 'during' | 'after'): Readonly<Record<string, Remembered>> {
  return Object.fromEntries(
    objects.flatMap((one) => {
      const remembered = one[when];
      return remembered === undefined ? [] : [[keyOf(one.object), remembered]];
    }),
  );
}

function keptBy({ objects }: ProvidersPlan): readonly string[] {
  return objects.flatMap(({ kept }) => kept);
}

function imagesOf(wanted: readonly KubeObject[]): NonNullable<ProviderRecord['applied']>['images'] {
  const byContainer = (object: KubeObject) =>
    Object.fromEntries(containersOf(object).map(({ name, image }) => [name, image]));
  return Object.fromEntries(wanted.filter(isDeployment).map((one) => [keyOf(one), byContainer(one)]));
}

function unionOf(before: readonly ObjectReference[], wanted: readonly KubeObject[]): ProviderRecord['members'] {
  const all = [...before, ...wanted.map(referenceOf)].map(({ apiVersion, kind, namespace, name }) => ({
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  }));
  return [...new Map(all.map((one) => [identityOfReference(one), one])).values()];
}
