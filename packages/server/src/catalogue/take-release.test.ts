import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushRelease } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';

const sketch = { version: '4.2.12', kubernetes: '1.26.8', upgradesFrom: '<4.2.12', cniValues: 'mtu: 1440\n' };

describe('a release in the catalogue', { timeout: 60_000 }, () => {
  let platform: RunningPlatform;
  beforeAll(async () => {
    platform = await RunningPlatform.start();
  }, 60_000);
  afterAll(() => platform.stop());

  /** What a sync finds after a release was pushed, by the code of each refusal. */
  async function push(change: Partial<Parameters<typeof pushRelease>[1]>) {
    const client = platform.registry();
    await pushRelease(client, { ...sketch, ...change });
    client.close();
    const { message, refused } = await platform.sync();
    return { message, codes: refused.map(({ code }: { code: string }) => code) };
  }

  it('stays what it was when another one is signed and pushed under its version', async () => {
    const people = { name: 'people', kinds: ['release.found'], target: { via: 'mail', to: ['ops@example.org'] } };
    expect((await platform.call('POST', '/notifications/subscriptions', people)).status).toBe(201);
    expect(await push({})).toEqual({ message: '1 release in the catalogue, 1 new', codes: [] });
    expect(await push({ upgradesFrom: '<4.2.11' })).toMatchObject({ codes: ['RELEASE_CHANGED'] });
    await platform.call('POST', '/platform/adopt', { version: '4.2.12' });
    const { body } = await platform.call('GET', '/updates');
    expect(JSON.stringify(body)).not.toContain('<4.2.11');
    expect(await push({})).toMatchObject({ message: '1 release in the catalogue, 0 new', codes: [] });
    const { deliveries } = await platform.until('/notifications/deliveries', (list) => list.deliveries.length > 0);
    expect(deliveries).toMatchObject([{ notification: { kind: 'release.found', facts: { count: 1 } } }]);
  });

  it('is not taken from the tag of another, nor while something that it pins is missing', async () => {
    expect(await push({ version: '4.3.0', tag: 'release-harbor_view-4.3.1' })).toMatchObject({
      codes: ['RELEASE_MARKER_INVALID'],
    });
    const gone = { name: 'registry.example/gone:1', digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 1 };
    const incomplete = await push({
      version: '4.4.0',
      alter: (release) => ({ ...release, spec: { ...release.spec, images: [...release.spec.images, gone] } }),
    });
    expect(incomplete.codes.toSorted()).toEqual(['RELEASE_INCOMPLETE', 'RELEASE_MARKER_INVALID']);
  });
});
