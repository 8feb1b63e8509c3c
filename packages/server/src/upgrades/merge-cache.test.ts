import { describe, expect, it } from 'vitest';
import type { UpgradeLayerRow } from '../store/tables/upgrades.ts';
import { mergeForDraft, mergeLayer, reviewOf } from './merge-cache.ts';

const row: UpgradeLayerRow = {
  upgrade_id: 'u1',
  hop: 0,
  position: 0,
  layer_id: 'cni-calico',
  layer: 'cni',
  pack: 'calico',
  display_name: 'Calico',
  from_version: '1',
  to_version: '2',
  to_digest: `sha256:${'a'.repeat(64)}`,
  base: 'mtu: 1440\n',
  current: 'mtu: 9000\n',
  incoming: 'mtu: 1450\n',
  migrations: '[]',
  resolutions: '[]',
  pasted: null,
  base_presets: null,
  incoming_presets: null,
  schema_notation: null,
  json_schema: null,
};

describe('mergeLayer', () => {
  it('merges the same inputs once, wherever they stand', async () => {
    const [first, meanwhile] = await Promise.all([mergeLayer(row), mergeLayer({ ...row, upgrade_id: 'u3' })]);
    const again = await mergeLayer({ ...row, upgrade_id: 'u2', position: 7 });
    expect(again.summary).toBe(first.summary);
    expect(meanwhile.summary).toBe(first.summary);
    expect(again.row.upgrade_id).toBe('u2');
  });

  it.each<[string, Partial<UpgradeLayerRow>]>([
    ['an own value', { resolutions: '[{"path":["mtu"],"take":"incoming"}]' }],
    ['a pasted text', { pasted: 'mtu: 1\n' }],
    ['another default', { incoming: 'mtu: 1460\n' }],
    ['a schema', { schema_notation: 'mtu:\n  schema: \'{{ required | format "${number}" }}\'\n' }],
    ['another version', { to_version: '3' }],
    ['another name', { display_name: 'Calico CNI' }],
  ])('merges anew after %s', async (_, change) => {
    const changed = await mergeLayer({ ...row, ...change });
    expect(changed.summary).not.toBe((await mergeLayer(row)).summary);
  });

  it('does not take a text for the one before it', async () => {
    const left = await mergeLayer({ ...row, base: 'a: 1\n', current: 'b: 2\n' });
    const right = await mergeLayer({ ...row, base: 'a: 1\nb: 2\n', current: '' });
    expect(right.summary).not.toBe(left.summary);
  });

  it('leaves the event loop free', async () => {
    const text = (first: string, last: string) => `s: |\n  ${first}\n${'  x\n'.repeat(20_000)}  ${last}\n`;
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    await mergeLayer({ ...row, base: text('a', 'z'), current: text('b', 'z'), incoming: text('a', 'y') });
    clearImmediate(next);
    expect(turns).toBeGreaterThan(1);
  });

  it('is refused where a text cannot be read, and tried anew the next time', async () => {
    const broken = { ...row, current: 'mtu: [\n' };
    await expect(mergeLayer(broken)).rejects.toMatchObject({ code: 'MERGE_YAML_INVALID', place: 'current:2:1' });
    await expect(mergeLayer(broken)).rejects.toMatchObject({ code: 'MERGE_YAML_INVALID' });
    expect((await mergeLayer(row)).summary.openConflicts).toBe(1);
  });
});

describe('mergeForDraft', () => {
  it('merges once for the draft and for what people open next', async () => {
    const mine = { ...row, layer_id: 'cni-draft' };
    const [, meanwhile] = await Promise.all([mergeForDraft(mine), mergeLayer(mine)]);
    const review: unknown = JSON.parse(Buffer.from(await reviewOf(mine, 'whole')).toString());
    expect(review).toMatchObject({
      id: 'cni-draft',
      openConflicts: 1,
      decisions: [{ path: ['mtu'], kind: 'conflict' }],
    });
    await mergeForDraft(mine);
    expect((await mergeLayer(mine)).summary).toBe(meanwhile.summary);
  });

  it('is refused to whoever asks, where a text cannot be read', async () => {
    const broken = { ...row, layer_id: 'cni-broken', current: 'mtu: [\n' };
    const asked = await Promise.allSettled([mergeForDraft(broken), mergeLayer(broken), reviewOf(broken, 'whole')]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});
