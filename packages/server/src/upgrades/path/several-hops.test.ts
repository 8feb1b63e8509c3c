import { parsePublicKey } from '@sealift/bundle/minisign';
import { readSignedEvidence } from '@sealift/bundle/signed-evidence';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAdopted } from '../../testing/adopted-platform.ts';
import { pushRelease } from '../../testing/push-release.ts';
import type { RunningPlatform } from '../../testing/running-platform.ts';

const defaults = (mtu: number, more = '') => `podCIDR: 192.168.0.0/16\nmtu: ${mtu}\n${more}`;
const siteValues = 'podCIDR: 10.20.0.0/16\nmtu: 9000\n';
const calico = (hop: number) => `${hop === 0 ? '' : `${hop}-`}cni-calico`;

/** One story, told in order: each part stands on the one before. */
describe('an upgrade over several hops', { timeout: 120_000 }, () => {
  let platform: RunningPlatform;
  let id: string;
  const layer = async (hop: number) => (await platform.call('GET', `/upgrades/${id}/layers/${calico(hop)}`)).body;
  const resolve = (hop: number, take: string) =>
    platform.call('PUT', `/upgrades/${id}/layers/${calico(hop)}/resolutions`, {
      resolutions: [{ path: ['mtu'], take }],
    });

  beforeAll(async () => {
    platform = await startAdopted(
      [
        {
          version: '4.2.12',
          kubernetes: '1.26.8',
          upgradesFrom: '4.2.11',
          cniValues: defaults(1440),
        },
        {
          version: '4.2.13',
          kubernetes: '1.26.10',
          upgradesFrom: '4.2.12',
          cniValues: defaults(1450),
        },
        {
          version: '4.3.0',
          kubernetes: '1.27.4',
          upgradesFrom: '4.2.13',
          cniValues: defaults(1500, 'bpf: true\n'),
        },
        {
          version: '4.5.0',
          kubernetes: '1.27.5',
          upgradesFrom: '4.4.0',
          cniValues: defaults(1500),
        },
      ],
      siteValues,
    );
  }, 300_000);
  afterAll(() => platform?.stop());

  it('is planned with the content of every hop found, and a refusal says which rule', async () => {
    const { status, body } = await platform.call('GET', '/path');
    expect([status, body]).toMatchObject([
      200,
      {
        from: '4.2.12',
        to: '4.3.0',
        path: { rollouts: { 'control-plane': 2, workers: 1 }, time: null },
        notDirectly: [{ rule: 'declared-edges-only' }],
        refused: [{ version: '4.5.0', because: [{ rule: 'declared-edges-only' }] }],
      },
    ]);
    expect(body.path.hops.map((hop: { contentPresent: boolean }) => hop.contentPresent)).toEqual([true, true]);
    expect((await platform.call('GET', '/path?to=9.9.9')).body).toMatchObject({ code: 'RELEASE_UNKNOWN' });
    expect((await platform.call('GET', '/path?to=4.5.0')).body).toMatchObject({ path: null });
    expect((await platform.call('POST', '/upgrades', { to: '4.5.0' })).body).toMatchObject({
      code: 'UPGRADE_NOT_LEGAL',
      detail: expect.stringContaining('It accepts 4.4.0'),
    });
  });

  it('is one draft, in which each question is asked once', async () => {
    const { status, body } = await platform.call('POST', '/upgrades', { to: '4.3.0' });
    expect(status).toBe(201);
    ({ id } = body);
    expect(body.plan.hops.map(({ from, to }: { from: string; to: string }) => [from, to])).toEqual([
      ['4.2.12', '4.2.13'],
      ['4.2.13', '4.3.0'],
    ]);
    const open = body.layers.filter(({ openConflicts }: { openConflicts: number }) => openConflicts > 0);
    expect(open.map((one: { id: string }) => one.id)).toEqual([calico(0)]);
  });

  it('applies an answer of an earlier hop to later ones, until another is given there', async () => {
    expect((await resolve(0, 'current')).body).toMatchObject({ openConflicts: 0, carried: [] });
    const later = await layer(1);
    expect(later).toMatchObject({ base: defaults(1450), current: siteValues, openConflicts: 0, resolutions: [] });
    expect(later.carried).toEqual([{ path: ['mtu'], take: 'current' }]);
    expect(later.merged).toBe('podCIDR: 10.20.0.0/16\nmtu: 9000\nbpf: true\n');
    expect((await resolve(1, 'incoming')).body.merged).toContain('mtu: 1500');
    expect((await layer(1)).carried).toEqual([]);
    await platform.call('PUT', `/upgrades/${id}/layers/${calico(1)}/resolutions`, { resolutions: [] });
    await resolve(0, 'incoming');
    // The site has the release's value then, and nothing is left to ask.
    expect(await layer(1)).toMatchObject({ current: 'podCIDR: 10.20.0.0/16\nmtu: 1450\n', conflicts: [], carried: [] });
    await resolve(0, 'current');
  });

  it('takes a text that was pasted for one hop on to the next', async () => {
    const text = 'podCIDR: 10.20.0.0/16\nmtu: 9000\nown: 1\n';
    await platform.call('PUT', `/upgrades/${id}/layers/${calico(0)}/text`, { text });
    expect((await layer(1)).merged).toContain('own: 1');
    await platform.call('DELETE', `/upgrades/${id}/layers/${calico(0)}/text`);
    expect((await layer(1)).merged).not.toContain('own: 1');
  });

  it('runs hop by hop to its end, and each hop was proved', async () => {
    const looked = await platform.call('POST', `/upgrades/${id}/preflight`);
    expect(looked.body.blockers).toEqual([]);
    const confirmed = await platform.call('POST', `/upgrades/${id}/confirm`, { hash: looked.body.hash });
    expect(confirmed.status).toBe(202);
    const ended = await platform.until(`/upgrades/${id}`, ({ state }) => !['ready', 'running'].includes(state));
    expect([ended.state, ended.failure]).toEqual(['succeeded', null]);
    const profile = (await platform.call('GET', '/profile')).body;
    expect(profile).toMatchObject({ version: '4.3.0', layers: [{}, {}, { pack: 'calico', version: '4.3.0' }] });
    expect(profile.layers[2].currentValues).toBe('podCIDR: 10.20.0.0/16\nmtu: 9000\nbpf: true\n');
    const { nodes } = (await platform.call('GET', '/summary')).body;
    expect(new Set(nodes.map(({ version }: { version: string }) => version))).toEqual(new Set(['1.27.4']));
    const { entries } = (await platform.call('GET', '/audit')).body;
    const installed = entries.filter(({ action }: { action: string }) => action === 'platform.installed');
    expect(installed.map(({ subject }: { subject: string }) => subject)).toEqual([
      'Harbor View 4.2.13',
      'Harbor View 4.3.0',
    ]);
  });

  it('leaves evidence of every hop, with who answered, also for the later ones', async () => {
    const { keys } = (await platform.call('GET', '/evidence-keys')).body;
    const response = await fetch(`${platform.console.url}/api/v1/upgrades/${id}/evidence`, {
      headers: { authorization: `Bearer ${platform.token}` },
    });
    const file = Buffer.from(await response.arrayBuffer());
    const { evidence } = readSignedEvidence(file, [parsePublicKey(keys[0].publicKey)], 'the answer');
    expect(evidence.releases.map(({ version, problem }) => [version, problem])).toEqual([
      ['4.2.13', null],
      ['4.3.0', null],
    ]);
    const mtu = { path: 'mtu', resolvedBy: 'current', decided: { by: 'admin' } };
    expect(evidence.merges.filter(({ pack }) => pack === 'calico')).toMatchObject([
      { toVersion: '4.2.13', decisions: [mtu, {}] },
      { toVersion: '4.3.0', decisions: [mtu, {}, {}] },
    ]);
  });

  it('leads on from where it has ended', async () => {
    await pushRelease(platform.registry(), {
      version: '4.3.1',
      kubernetes: '1.27.4',
      upgradesFrom: '4.3.0',
      cniValues: defaults(1500, 'bpf: true\n'),
    });
    await platform.sync();
    const { body } = await platform.call('GET', '/path');
    expect(body.path.machines).toBe(0);
    expect(body).toMatchObject({ from: '4.3.0', to: '4.3.1' });
  });
});
