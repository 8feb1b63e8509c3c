import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '@sealift/testkit/wait-until';
import { apply } from '../apply/apply.ts';
import { applyAll } from '../apply/apply-all.ts';
import type { KubeObject } from '../objects/object.ts';
import { type ApiServer, apiServerMissing, apiServerRemedy, applyAs, startApiServer } from '../testing/api-server.ts';
import { thingDefinition } from '../testing/thing-definition.ts';
import { readDefinition } from './definition.ts';
import { prove, rewriteVersions } from './rewrite-versions.ts';
import { findStaleVersions, type StaleKind } from './stale-versions.ts';

const definitions = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const name = 'things.sealift.example';
const thing = (version: string, at: string, spec: object = { x: 1 }): KubeObject => ({
  apiVersion: `sealift.example/${version}`,
  kind: 'Thing',
  metadata: { name: at, namespace: 'default' },
  spec,
});
const referenceAs = (version: string, at: string) => ({
  apiVersion: `sealift.example/${version}`,
  kind: 'Thing',
  namespace: 'default',
  name: at,
});

describe.skipIf(apiServerMissing)(`stored versions and field managers (${apiServerRemedy})`, () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  }, 180_000);
  afterAll(() => server?.stop());
  afterEach(async () => {
    await server.objects.delete({ ...definitions, name });
    const gone = async (): Promise<boolean> => (await server.objects.get({ ...definitions, name })) === undefined;
    await waitUntil('the definition to be gone', gone);
    server.objects.discovery.forget();
  });

  const define = (...versions: Parameters<typeof thingDefinition>) =>
    applyAll(server.objects, [thingDefinition(...versions)]);
  const stale = async (coming?: KubeObject): Promise<StaleKind | undefined> => {
    const found = await findStaleVersions(server.objects, coming === undefined ? {} : { coming: [coming] });
    return found.find(({ definition }) => definition === name);
  };
  const storedVersions = async (): Promise<unknown> => {
    const found = await server.objects.get({ ...definitions, name });
    return found && readDefinition(found).storedVersions;
  };
  const versionOf = async (at: string): Promise<string | undefined> =>
    (await server.objects.get(referenceAs('v1', at)))?.metadata.resourceVersion;

  it("of a definition whose versions all last are in nobody's way", async () => {
    await define(['v1', 'v1beta1']);
    await applyAs(server, 'old', thing('v1beta1', 'a'));
    expect(await stale()).toBeUndefined();
    expect(await stale(thingDefinition(['v1', 'v1beta1', 'v2']))).toBeUndefined();
  });

  it('are counted before a version goes, and rewritten so that the definition and every apply are accepted', async () => {
    // Stored in v1alpha1 at first, then in v1: objects are left in both.
    await define(['v1alpha1', 'v1']);
    for (const at of ['a', 'b']) await applyAs(server, 'old', thing('v1alpha1', at));
    await define(['v1', 'v1alpha1']);
    await applyAs(server, 'new', thing('v1', 'c'));
    const coming = thingDefinition(['v1']);
    const found = await stale(coming);
    expect(found).toEqual({
      definition: name,
      group: 'sealift.example',
      kind: 'Thing',
      stored: ['v1alpha1'],
      lasting: ['v1'],
      target: 'v1',
      managed: ['v1alpha1'],
      objects: { total: 3, managed: 2 },
      trouble: null,
    });
    await expect(applyAll(server.objects, [coming])).rejects.toMatchObject({
      code: 'KUBERNETES_REFUSED',
      message: expect.stringContaining('storedVersions') as string,
    });
    const before = await Promise.all(['a', 'b', 'c'].map(versionOf));
    const seen: string[] = [];
    const { objects, settled } = await rewriteVersions(server.objects, found as StaleKind, {
      onObject: ({ object }) => seen.push(object.name),
    });
    expect(objects.map(({ object, outcome }) => `${object.name} ${outcome}`)).toEqual([
      'a rewritten',
      'b rewritten',
      'c rewritten',
    ]);
    expect([seen, settled]).toEqual([['a', 'b', 'c'], true]);
    const after = await Promise.all(['a', 'b', 'c'].map(versionOf));
    expect(after.map((version, at) => version === before[at])).toEqual([false, false, true]);
    expect(await storedVersions()).toEqual(['v1']);
    expect(await stale(coming)).toBeUndefined();
    await applyAll(server.objects, [coming]);
    // Its fields are still those of their manager, under the version that lasts.
    await expect(apply(server.objects, thing('v1', 'a', { x: 2 }))).rejects.toMatchObject({
      code: 'KUBERNETES_FIELD_CONFLICT',
      owners: [{ manager: 'old', field: '.spec.x', since: expect.any(String) as string }],
    });
    await apply(server.objects, thing('v1', 'a', { y: 1 }));
    const again = await rewriteVersions(server.objects, found as StaleKind);
    expect(again.settled).toBe(true);
    expect(await versionOf('b')).toBe(after[1]);
  });

  it('are mended also when the version has gone already', async () => {
    await define(['v1', 'v1alpha1']);
    await applyAs(server, 'old', thing('v1alpha1', 'a'));
    await define(['v1']);
    await expect(prove(server.objects, referenceAs('v1', 'a'))).rejects.toMatchObject({
      code: 'KUBERNETES_FIELDS_STALE',
    });
    const found = await stale();
    expect(found).toMatchObject({ stored: [], managed: ['v1alpha1'], objects: { total: 1, managed: 1 }, target: 'v1' });
    // What was found is not what is so any more: it is the proof that tells.
    const wrong = { ...(found as StaleKind), lasting: ['v1', 'v1alpha1'] };
    expect(await rewriteVersions(server.objects, wrong)).toMatchObject({
      objects: [{ outcome: 'failed', error: { code: 'KUBERNETES_FIELDS_STALE' } }],
      settled: false,
    });
    expect((await rewriteVersions(server.objects, found as StaleKind)).settled).toBe(true);
    await prove(server.objects, referenceAs('v1', 'a'));
    await apply(server.objects, thing('v1', 'a', { y: 1 }));
    // The proof has left nothing behind.
    const managers = (await server.objects.get(referenceAs('v1', 'a')))?.metadata.managedFields?.map(
      ({ manager }) => manager,
    );
    expect(managers?.toSorted()).toEqual(['old', 'sealift']);
  });

  it('move to a version that lasts where the one that objects are stored in goes', async () => {
    await define(['v1beta1', 'v1']);
    await applyAs(server, 'old', thing('v1beta1', 'a'));
    const coming = thingDefinition(['v1']);
    const found = await stale(coming);
    expect(found).toMatchObject({ stored: ['v1beta1'], target: 'v1' });
    await rewriteVersions(server.objects, found as StaleKind);
    expect(await storedVersions()).toEqual(['v1']);
    await applyAs(server, 'sealift', coming);
    await apply(server.objects, thing('v1', 'a', { y: 1 }));
  });

  it('that have nowhere to go are refused', async () => {
    await define(['v1beta1']);
    const found = await stale(thingDefinition(['v1']));
    expect(found).toMatchObject({ stored: ['v1beta1'], lasting: [], target: undefined });
    await expect(rewriteVersions(server.objects, found as StaleKind)).rejects.toMatchObject({
      code: 'KUBERNETES_VERSION_STUCK',
    });
    expect(await storedVersions()).toEqual(['v1beta1']);
  });

  it("stay noted while an object can't be rewritten", async () => {
    await define(['v1alpha1', 'v1']);
    await applyAs(server, 'old', thing('v1alpha1', 'good'));
    await applyAs(server, 'old', thing('v1alpha1', 'bad', { x: 2 }));
    const definition = thingDefinition(['v1', 'v1alpha1']);
    const spec = definition['spec'] as { versions: readonly object[] };
    // A rule that came later than the object: it can't be written any more.
    const rule = { rule: "self.metadata.name != 'bad'", message: 'bad is not allowed' };
    const schema = {
      openAPIV3Schema: {
        type: 'object',
        'x-kubernetes-validations': [rule],
        properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    };
    await applyAll(server.objects, [
      { ...definition, spec: { ...spec, versions: spec.versions.map((each) => ({ ...each, schema })) } },
    ]);
    const coming = thingDefinition(['v1']);
    const { objects, settled } = await rewriteVersions(server.objects, (await stale(coming)) as StaleKind);
    expect(
      objects.map(({ object, outcome, error }) => `${object.name} ${outcome} ${error?.code ?? ''}`.trim()),
    ).toEqual(['bad failed KUBERNETES_REFUSED', 'good rewritten']);
    expect(settled).toBe(false);
    expect(await storedVersions()).toEqual(['v1alpha1', 'v1']);
  });

  it("of a kind that can't be listed are not taken for none", async () => {
    const definition = thingDefinition(['v1', 'v1beta1']);
    const conversion = {
      strategy: 'Webhook',
      webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://127.0.0.1:1/convert' } },
    };
    await define(['v1beta1', 'v1']);
    await applyAs(server, 'old', thing('v1beta1', 'a'));
    await applyAll(server.objects, [{ ...definition, spec: { ...(definition['spec'] as object), conversion } }]);
    const found = await waitForTrouble();
    expect(found).toMatchObject({ objects: null, trouble: { code: 'KUBERNETES_UNAVAILABLE' } });
    await applyAll(server.objects, [definition]);
  }, 60_000);

  async function waitForTrouble(): Promise<StaleKind | undefined> {
    const { KubernetesClient } = await import('../connection/client.ts');
    const { Objects } = await import('../objects/objects.ts');
    const client = await KubernetesClient.connect({ kubeconfig: server.kubernetes.kubeconfig, retryDelaysMs: [] });
    let found: StaleKind | undefined;
    await waitUntil('the conversion to fail', async () => {
      [found] = await findStaleVersions(new Objects(client));
      return found?.trouble !== undefined && found.trouble !== null;
    });
    client.close();
    return found;
  }
});
