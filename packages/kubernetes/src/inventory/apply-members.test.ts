import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeObject, type ObjectReference, referenceOf } from '../objects/object.ts';
import { type ApiServer, apiServerMissing, apiServerRemedy, applyAs, startApiServer } from '../testing/api-server.ts';
import { thingDefinition } from '../testing/thing-definition.ts';
import { applyMembers, type AppliedSet, recordedWith, type WantedSet } from './apply-members.ts';
import { applySetId, memberLabel, type SetParent } from './apply-set.ts';
import { planPrune, prune } from './prune.ts';
import { readExtent } from './set-parent.ts';

let server: ApiServer;
const object = (
  kind: string,
  namespace: string,
  name: string,
  fields: object = {},
  metadata: object = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace, ...metadata },
  ...fields,
});
const configMap = (namespace: string, name: string): KubeObject => object('ConfigMap', namespace, name);
const deployment = (namespace: string, name: string): KubeObject => ({
  ...object('Deployment', namespace, name, {
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: 'x:1' }] } },
    },
  }),
  apiVersion: 'apps/v1',
});
const parentOf = (namespace: string): SetParent => ({ kind: 'ConfigMap', namespace, name: 'layer' });

/** Applies a set as an engine would: what it names is written down first. */
async function applySet(
  parent: SetParent,
  wanted: readonly KubeObject[],
  before: readonly KubeObject[] = [],
  more: Partial<WantedSet> = {},
): Promise<AppliedSet> {
  const recorded = recordedWith(before.map(referenceOf), wanted.map(referenceOf));
  return await applyMembers(server.objects, { parent, objects: wanted, recorded, ...more });
}

const names = (list: readonly { readonly object: ObjectReference }[]): readonly string[] =>
  list
    .map((each) => `${each.object.kind} ${each.object.name}${'because' in each ? ` ${each.because as string}` : ''}`)
    .toSorted();
const isThere = async (each: KubeObject): Promise<boolean> =>
  (await server.objects.get(referenceOf(each))) !== undefined;

describe.skipIf(apiServerMissing)(`a set of objects (${apiServerRemedy})`, () => {
  beforeAll(async () => {
    server = await startApiServer();
  }, 180_000);
  afterAll(() => server?.stop());

  it('loses what is not wanted any more, and nothing else', async () => {
    const parent = parentOf('cycle');
    const first = [
      configMap('cycle', 'kept'),
      configMap('cycle', 'gone'),
      deployment('cycle', 'web'),
      configMap('away', 'far'),
    ];
    const stranger = configMap('cycle', 'stranger');
    await applySet(parent, first);
    await server.objects.create(stranger);
    expect(await readExtent(server.objects, parent)).toEqual({
      kinds: [
        { group: '', kind: 'ConfigMap' },
        { group: 'apps', kind: 'Deployment' },
      ],
      namespaces: ['away'],
    });
    const second = await applySet(parent, [configMap('cycle', 'kept')], first);
    // What was applied last goes first.
    expect(second.pruned.map((each) => `${each.object.name} ${each.outcome}`)).toEqual([
      'web removed',
      'gone removed',
      'far removed',
    ]);
    expect(await Promise.all([...first, stranger].map(isThere))).toEqual([true, false, false, false, true]);
    expect(await readExtent(server.objects, parent)).toEqual({
      kinds: [{ group: '', kind: 'ConfigMap' }],
      namespaces: [],
    });
  });

  it("leaves what its members' controllers made, though they copied the label", async () => {
    const parent = parentOf('copied');
    const web = deployment('copied', 'web');
    await applySet(parent, [web]);
    const uid = (await server.objects.get(referenceOf(web)))?.metadata.uid ?? '';
    const labels = { [memberLabel]: applySetId(parent), app: 'web' };
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid, controller: true };
    const copies = [
      object('ConfigMap', 'copied', 'controlled', {}, { labels, ownerReferences: [owner] }),
      object('ConfigMap', 'copied', 'owned', {}, { labels, ownerReferences: [{ ...owner, controller: false }] }),
      object('ConfigMap', 'copied', 'loose', {}, { labels }),
    ];
    for (const copy of copies) await server.objects.create(copy);
    const other = configMap('copied', 'other');
    // Even one that a journal names is its controller's.
    const recorded = [...copies.filter(({ metadata }) => metadata.name === 'controlled'), web];
    const { pruned, kept } = await applySet(parent, [other], recorded);
    expect(names(pruned)).toEqual(['Deployment web']);
    expect(names(kept)).toEqual([
      'ConfigMap controlled controlled',
      'ConfigMap loose unrecorded',
      'ConfigMap owned unrecorded',
    ]);
    expect(await Promise.all(copies.map(isThere))).toEqual([true, true, true]);
  });

  it('never loses namespaces, claims and definitions with instances', async () => {
    const parent = parentOf('guarded');
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'guarded-too' } };
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const claim = object('PersistentVolumeClaim', 'guarded', 'data', { spec });
    const definition = thingDefinition(['v1', 'v1beta1']);
    const thing: KubeObject = {
      ...object('Thing', 'guarded', 'a', { spec: {} }),
      apiVersion: 'sealift.example/v1beta1',
    };
    const all = [namespace, claim, definition];
    await applySet(parent, all);
    await server.objects.create(thing);
    const { pruned, kept } = await applySet(parent, [configMap('guarded', 'x')], all);
    expect(pruned).toEqual([]);
    expect(names(kept)).toEqual([
      'CustomResourceDefinition things.sealift.example has-instances',
      'Namespace guarded-too protected',
      'PersistentVolumeClaim data protected',
    ]);
    expect((await readExtent(server.objects, parent)).kinds.map(({ kind }) => kind)).toContain('PersistentVolumeClaim');
    await server.objects.delete(referenceOf(thing));
    const later = await applySet(parent, [configMap('guarded', 'x')], all);
    expect(names(later.pruned)).toEqual(['CustomResourceDefinition things.sealift.example']);
    await waitUntil('the definition to be gone', async () => !(await isThere(definition)));
  });

  it('leaves what another set wants', async () => {
    const moved = configMap('moving', 'moved');
    await applySet(parentOf('moving'), [moved, configMap('moving', 'stays')]);
    const { kept } = await applySet(parentOf('moving'), [configMap('moving', 'stays')], [moved], {
      elsewhere: () => Promise.resolve([referenceOf(moved)]),
    });
    expect(names(kept)).toEqual(['ConfigMap moved elsewhere']);
    const other: SetParent = { kind: 'Secret', namespace: 'moving', name: 'layer' };
    await applySet(other, [moved]);
    const again = await applySet(parentOf('moving'), [configMap('moving', 'stays')], [moved]);
    expect([again.kept, again.pruned, await isThere(moved)]).toEqual([[], [], true]);
  });

  it('that has all it had is neither written again nor looked through', async () => {
    const parent = parentOf('same');
    const only = configMap('same', 'only');
    await applySet(parent, [only]);
    const written = async (): Promise<unknown> =>
      (await server.objects.get({ apiVersion: 'v1', ...parent }))?.metadata.resourceVersion;
    const before = await written();
    const never = () => Promise.reject(new Error('nobody asks'));
    await applySet(parent, [only], [only], { elsewhere: never });
    expect(await written()).toBe(before);
  });

  it('is not emptied by an empty manifest, unless that is meant', async () => {
    const only = configMap('emptied', 'only');
    await applySet(parentOf('emptied'), [only]);
    await expect(applySet(parentOf('emptied'), [], [only])).rejects.toMatchObject({
      code: 'KUBERNETES_SET_EMPTY',
      message: expect.stringContaining('ConfigMap emptied/layer') as string,
    });
    expect(await isThere(only)).toBe(true);
    const { pruned } = await applySet(parentOf('emptied'), [], [only], { mayBeEmpty: true });
    expect(names(pruned)).toEqual(['ConfigMap only']);
    expect(await readExtent(server.objects, parentOf('emptied'))).toEqual({ kinds: [], namespaces: [] });
  });

  it('that was cut off while it was applied is found whole by the next run', async () => {
    const parent = parentOf('cut');
    const secret = object('Secret', 'cut', 'old');
    await applySet(parent, [secret]);
    const service = object('Service', 'cut-too', 'new', { spec: { ports: [{ port: 80 }] } });
    const bad = configMap('cut', 'Not_A_Name');
    const cut = [
      configMap('cut', 'half'),
      service,
      { ...bad, kind: 'ServiceAccount' },
      { ...bad, apiVersion: 'apps/v1', kind: 'Deployment' },
    ];
    await expect(applySet(parent, cut, [secret])).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' });
    const extent = await readExtent(server.objects, parent);
    expect(extent.kinds.map(({ kind }) => kind)).toEqual([
      'ConfigMap',
      'Deployment',
      'Secret',
      'Service',
      'ServiceAccount',
    ]);
    expect(extent.namespaces).toEqual(['cut-too']);
    const { pruned } = await applySet(parent, [configMap('cut', 'end')], [secret, configMap('cut', 'half')]);
    expect(names(pruned)).toEqual(['Secret old']);
  });

  it('loses nothing while a part of the API does not answer', async () => {
    const parent = parentOf('broken');
    const old = configMap('broken', 'old');
    await applySet(parent, [old]);
    const service: KubeObject = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.broken.example' },
      spec: {
        group: 'broken.example',
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { namespace: 'default', name: 'nowhere' },
      },
    };
    await server.objects.create(service);
    const unanswered = async (): Promise<number> => (await server.objects.discovery.read()).unanswered.length;
    await waitUntil('the service to be announced', async () => (await unanswered()) > 0);
    await expect(applySet(parent, [configMap('broken', 'new')], [old])).rejects.toMatchObject({
      code: 'KUBERNETES_API_INCOMPLETE',
      message: expect.stringContaining('broken.example/v1') as string,
    });
    expect(await isThere(old)).toBe(true);
    await server.objects.delete(referenceOf(service));
    await waitUntil('the service to be forgotten', async () => (await unanswered()) === 0);
    expect(names((await applySet(parent, [configMap('broken', 'new')], [old])).pruned)).toEqual(['ConfigMap old']);
  });

  it('is not made on an object of something else, nor on a set of another tool', async () => {
    await server.objects.create(configMap('default', 'layer'));
    const foreign = { code: 'KUBERNETES_SET_FOREIGN' };
    const refused = applySet(parentOf('default'), [configMap('default', 'x')]);
    await expect(refused).rejects.toMatchObject(foreign);
    expect(await isThere(configMap('default', 'x'))).toBe(false);
    for (const [labels, annotations] of [
      [
        { 'applyset.kubernetes.io/id': applySetId(parentOf('default')) },
        { 'applyset.kubernetes.io/tooling': 'kubectl/v1.32' },
      ],
      [{ 'applyset.kubernetes.io/id': 'applyset-other-v1' }, { 'applyset.kubernetes.io/tooling': 'sealift/v1' }],
    ]) {
      await applyAs(server, 'other', object('ConfigMap', 'default', 'layer', {}, { labels, annotations }));
      await expect(applySet(parentOf('default'), [configMap('default', 'x')])).rejects.toMatchObject(foreign);
    }
  });

  it('leaves what has changed between the plan and the deletion', async () => {
    const parent = parentOf('raced');
    const all = ['busy', 'owned', 'remade', 'renamed', 'deleted'].map((name) => configMap('raced', name));
    await applySet(parent, all);
    const request = { id: applySetId(parent), wanted: [], recorded: all.map(referenceOf), kinds: [] };
    const plan = await planPrune(server.objects, request);
    expect(plan.remove).toHaveLength(5);
    const change = (name: string, metadata: object): Promise<KubeObject> =>
      server.objects.mergePatch(referenceOf(configMap('raced', name)), { metadata });
    await change('busy', { annotations: { status: 'changed' } });
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'busy', uid: '0', controller: true };
    await change('owned', { ownerReferences: [owner] });
    await change('renamed', { labels: { [memberLabel]: 'applyset-other-v1' } });
    await server.objects.delete(referenceOf(configMap('raced', 'remade')));
    await server.objects.create(
      object('ConfigMap', 'raced', 'remade', {}, { labels: { [memberLabel]: applySetId(parent) } }),
    );
    await server.objects.delete(referenceOf(configMap('raced', 'deleted')));
    const done = await prune(server.objects, plan, request);
    expect(
      done.map(({ object: { name }, outcome, because }) => `${name} ${outcome} ${because ?? ''}`.trim()).toSorted(),
    ).toEqual([
      'busy removed',
      'deleted removed',
      'owned kept controlled',
      'remade kept replaced',
      'renamed kept unrecorded',
    ]);
    expect(await Promise.all(all.map(isThere))).toEqual([false, true, true, true, false]);
  });
});
