import { adoptionProposalSchema, type AdoptionProposal } from '@sealift/core/api';
import { connectSimulator } from '@sealift/simulator/client';
import { hashOfValues } from '@sealift/upgrade/frozen';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushRelease, type PushedRelease } from '../../testing/push-release.ts';
import { RunningPlatform } from '../../testing/running-platform.ts';

const old = { version: '4.2.12', kubernetes: '1.26.8', upgradesFrom: '>=4.2.0 <4.2.12', cniValues: 'mtu: 1440\n' };
const target = { version: '4.2.13', kubernetes: '1.26.10', upgradesFrom: '>=4.2.0 <4.2.13', cniValues: 'mtu: 1450\n' };
const values = {
  kubernetes: 'pack:\n  serviceClusterIpRange: 10.96.0.0/12\n',
  calico: '# of the site\nmtu: 9000\n',
  ubuntu: '',
};
const never = new AbortController().signal;

describe('a console that is connected to a cluster and knows no release', { timeout: 180_000 }, () => {
  let platform: RunningPlatform;
  let installed: PushedRelease;
  beforeAll(async () => {
    platform = await RunningPlatform.start();
    const client = platform.registry();
    installed = await pushRelease(client, old);
    await pushRelease(client, target);
    client.close();
    await platform.connectCluster(installed.release, values);
  }, 180_000);
  afterAll(() => platform?.stop());

  async function look(request: object = {}): Promise<AdoptionProposal> {
    const { status, body } = await platform.call('POST', '/platform/survey', request);
    expect([status, body.code]).toEqual([200, undefined]);
    return adoptionProposalSchema.parse(body);
  }
  const adopt = (request: object) => platform.call('POST', '/platform/adopt', request);
  const audited = async (): Promise<string[]> =>
    (await platform.call('GET', '/audit')).body.entries.map(({ action }: { action: string }) => action);

  it('says that there is nothing to compare with until the catalogue has a release', async () => {
    expect(await platform.call('POST', '/platform/survey', {})).toMatchObject({
      status: 409,
      body: { code: 'ADOPT_NO_RELEASE' },
    });
    await platform.sync();
  });

  it('finds the release that runs, its layers with their values, nodes, and what they are made from', async () => {
    const found = await look();
    expect(found).toMatchObject({
      product: 'Harbor View',
      version: '4.2.12',
      kubernetes: { expected: '1.26.8', found: '1.26.8' },
      template: { name: 'r_u-2204-0-k-1268-0', isThere: true },
      others: { charts: [], applySets: [] },
      differences: [],
      simulated: true,
    });
    expect(
      found.layers.map(({ pack, state, runs, valuesFrom, customisations }) => [
        pack,
        state,
        runs,
        valuesFrom,
        customisations,
      ]),
    ).toEqual([
      ['ubuntu', 'found', '22.04', 'record', 0],
      ['kubernetes', 'found', '1.26.8', 'record', 0],
      ['calico', 'found', '4.2.12', 'record', 1],
    ]);
    expect(found.nodes).toHaveLength(6);
    expect((await look()).digest).toBe(found.digest);
  });

  it('compares with the release that is named, and lists each difference', async () => {
    const { version, differences } = await look({ version: '4.2.13' });
    expect(version).toBe('4.2.13');
    expect(differences.map(({ what, object }) => `${what} ${object}`)).toEqual([
      'kubernetes the API server',
      ...[1, 2, 3].map((number) => `node Node control-plane-${number}`),
      ...[1, 2, 3].map((number) => `node Node worker-${number}`),
      'template template r_u-2204-0-k-12610-0',
      'layer layer k8s/kubernetes',
      'layer layer cni/calico',
    ]);
    for (const { remedy } of differences) expect(remedy).not.toBe('');
  });

  it('adopts nothing that was not looked at, or is not what was shown', async () => {
    expect(await adopt({})).toMatchObject({ status: 409, body: { code: 'ADOPT_NOT_LOOKED_AT' } });
    expect(await adopt({ version: '4.2.12' })).toMatchObject({ body: { code: 'ADOPT_NOT_LOOKED_AT' } });
    expect(await adopt({ proposal: '0'.repeat(64) })).toMatchObject({ status: 409, body: { code: 'ADOPT_CHANGED' } });
    expect(await adopt({ proposal: 'none' })).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
  });

  it('adopts nothing that differs, names each difference, and writes nothing', async () => {
    const before = await audited();
    const { digest } = await look();
    const { cluster } = connectSimulator(platform.simulatorUrl);
    const calico = installed.release.spec.layers.find(({ pack }) => pack === 'calico');
    if (calico === undefined) throw new Error('no calico');
    const layer = { ...calico, profile: new Map(), release: installed.marker };
    const other = { ...layer, version: '9.9.9', values: 'mtu: 1\n', valuesHash: hashOfValues('mtu: 1\n') };
    await cluster.applyLayer(other, never);
    const refused = await adopt({ proposal: digest });
    expect(refused).toMatchObject({ status: 409, body: { code: 'ADOPT_DIFFERS' } });
    expect(refused.body.detail).toBe(
      'the site is not as Harbor View 4.2.12: layer cni/calico: expected calico 4.2.12, found calico 9.9.9',
    );
    // The layer as it was, but with other values: it fits, and is not what was shown.
    await cluster.applyLayer({ ...other, version: calico.version }, never);
    expect(await adopt({ proposal: digest })).toMatchObject({ body: { code: 'ADOPT_CHANGED' } });
    // Given values have to be those that run.
    const given = [{ layer: 'cni', pack: 'calico', values: values.calico }];
    expect((await look({ values: given })).differences).toMatchObject([{ what: 'values', object: 'layer cni/calico' }]);
    await cluster.applyLayer({ ...layer, values: values.calico, valuesHash: hashOfValues(values.calico) }, never);
    expect((await look({ values: given })).differences).toEqual([]);
    expect((await platform.call('GET', '/profile')).body.code).toBe('NOT_ADOPTED');
    expect(await audited()).toEqual(before);
  });

  it('refuses layers that the release does not have', async () => {
    const defaults = [{ layer: 'cni', pack: 'cilium' }];
    expect(await platform.call('POST', '/platform/survey', { defaults })).toMatchObject({
      body: { code: 'LAYER_UNKNOWN', place: 'body.defaults.0' },
    });
  });

  it('adopts what was shown, with the values that run, and only once', async () => {
    const { digest } = await look();
    const adopted = await adopt({ proposal: digest });
    expect([adopted.status, adopted.body.version]).toEqual([201, '4.2.12']);
    const texts = adopted.body.layers.map(({ pack, currentValues }: Record<string, string>) => [pack, currentValues]);
    expect(Object.fromEntries(texts)).toEqual(values);
    expect((await audited()).at(-1)).toBe('platform.adopt');
    const { body } = await platform.call('GET', '/summary');
    const [latest] = body.statements;
    const layers = latest.checks.find(({ name }: { name: string }) => name === 'layers-healthy');
    expect(layers).toMatchObject({ outcome: 'pass' });
    expect(await adopt({ proposal: digest })).toMatchObject({ status: 409, body: { code: 'ALREADY_ADOPTED' } });
  });
});

describe('a console without a cluster', () => {
  it('has nothing to look at, and takes the word of who names the release', { timeout: 180_000 }, async () => {
    const platform = await RunningPlatform.start();
    try {
      const client = platform.registry();
      await pushRelease(client, old);
      client.close();
      await platform.sync();
      expect(await platform.call('POST', '/platform/survey', { version: '4.2.12' })).toMatchObject({
        status: 503,
        body: { code: 'CLUSTER_NOT_CONNECTED' },
      });
      expect(await platform.call('POST', '/platform/adopt', {})).toMatchObject({
        status: 503,
        body: { code: 'CLUSTER_NOT_CONNECTED', place: 'body.version' },
      });
      const given = [{ layer: 'cni', pack: 'calico', values: values.calico }];
      const adopted = await platform.call('POST', '/platform/adopt', { version: '4.2.12', values: given });
      expect([adopted.status, adopted.body.version]).toEqual([201, '4.2.12']);
    } finally {
      await platform.stop();
    }
  });
});
