import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import { explain } from '@sealift/kubernetes/explain';
import { isPending, readHistory, type ReleasePlace, runningHook, stateOf } from '@sealift/kubernetes/helm-releases';
import { readManifest } from '@sealift/kubernetes/manifest';
import { nameOf, referenceOf } from '@sealift/kubernetes/object';
import { placed } from '@sealift/kubernetes/helm-placed';
import type { Underway } from './layer-runs.ts';
import type { LayerTools } from './layer-tools.ts';

/**
 * What goes on with a layer that this process works on: the release, and the hook that helm waits for, down to what stands in its way. Helm
 * itself says nothing while it waits.
 *
 * @throws KUBERNETES_…, HELM_RELEASE_UNREADABLE
 */
export async function underwayWait(
  pack: string,
  { work, since, release }: Underway,
  tools: Pick<LayerTools, 'objects' | 'cancel'>,
): Promise<SeenWait> {
  const doing = work.doing === 'apply' ? `${work.version} is being applied` : 'it is being removed';
  if (release === null) return waitingFor(`${pack}: ${doing}`, { since, object: { kind: 'Layer', name: pack } });
  const name = `${release.namespace}/${release.name}`;
  const hook = await hookWait(release, tools);
  if (hook !== null) return { ...hook, what: `${pack}: the release ${name} waits for its hook ${hook.what}` };
  return waitingFor(`${pack}: ${doing}, helm works on the release ${name}`, {
    since,
    object: { kind: 'Release', name },
  });
}

async function hookWait(
  place: ReleasePlace,
  { objects, cancel }: Pick<LayerTools, 'objects' | 'cancel'>,
): Promise<SeenWait | null> {
  const { last } = stateOf(await readHistory(objects, place, cancel));
  const hook = last === undefined || !isPending(last) ? undefined : runningHook(last);
  if (hook === undefined) return null;
  const found = readManifest(hook.manifest, `a hook of the release ${place.namespace}/${place.name}`);
  const [object] = await placed(
    objects,
    found.map((one) => one.object),
    place.namespace,
    cancel,
  );
  if (object === undefined) return null;
  const reference = referenceOf(object);
  const { kind, namespace, name } = reference;
  const shownName = namespace === undefined ? name : `${namespace}/${name}`;
  const known = { since: hook.since, object: { kind, name: shownName } };
  const shown = `${nameOf(reference)} (${hook.events.join(', ')})`;
  const live = await objects.get(reference, cancel);
  if (live === undefined) return waitingFor(`${shown}, which is not there yet`, known);
  const { wait } = await explain(objects.client, live, { cancel, discovery: objects.discovery });
  if (wait === null) return waitingFor(shown, known);
  return { ...wait, what: `${shown}: ${wait.what}`, since: wait.since ?? hook.since };
}
