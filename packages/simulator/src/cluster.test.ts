import { createHash } from 'node:crypto';
import { appendFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { readCallLog } from './call-log.ts';
import { SimulatedCluster } from './cluster.ts';
import { stateFolder } from './state-folder.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const initial = { kubernetes: '1.26.8', template: 'r_old' };
const values = 'mtu: 1440\n';
const layer = {
  layer: 'cni',
  pack: 'cni-calico',
  version: '3.26.1',
  digest: `sha256:${'a'.repeat(64)}`,
  valuesHash: createHash('sha256').update(values).digest('hex'),
} as const;

async function open(path: string, now: () => number = Date.now): Promise<SimulatedCluster> {
  const cluster = await SimulatedCluster.open(stateFolder(path), initial, 1, now);
  onTestFinished(() => cluster.close().catch(() => undefined));
  return cluster;
}

const effects = async (cluster: SimulatedCluster) =>
  (await readCallLog(cluster.folder.log)).filter(({ effect }) => effect).map(({ call }) => call);

test('a setter has an effect only where it changes something, and the log tells them apart', async () => {
  const cluster = await open(await temporaryFolder());
  for (let time = 0; time < 3; time += 1) {
    await cluster.setRollout('control-plane', { version: '1.26.10', template: 'r_new' });
    await cluster.applyLayer({ ...layer, values });
    await cluster.removeLayer({ layer: 'addon', pack: 'none' });
  }
  await cluster.removeLayer(layer);
  expect(await effects(cluster)).toEqual(['setRollout', 'applyLayer', 'removeLayer']);
  const lines = await readCallLog(cluster.folder.log);
  expect(lines).toHaveLength(10);
  expect(lines.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(lines[0]?.parameters).toEqual({ group: 'control-plane', version: '1.26.10', template: 'r_new' });
});

test('a layer is healthy a moment after it was applied', async () => {
  let now = 1_000_000;
  const cluster = await open(await temporaryFolder(), () => now);
  await cluster.applyLayer({ ...layer, values });
  expect((await cluster.layers())[0]).toMatchObject({ ...layer, wait: expect.anything() });
  now += 1500;
  expect((await cluster.layers())[0]).toMatchObject({ ...layer, wait: null });
});

test('refusals change nothing and are logged with their reason', async () => {
  const cluster = await open(await temporaryFolder());
  const before = await readFile(cluster.folder.state, 'utf8');
  await expect(cluster.applyLayer({ ...layer, values: 'other' })).rejects.toMatchObject({ code: 'SIMULATOR_REFUSED' });
  const skipping = cluster.setRollout('control-plane', { version: '1.28.1', template: 'r_old' });
  await expect(skipping).rejects.toThrow('a minor version is never skipped');
  expect(await readFile(cluster.folder.state, 'utf8')).toBe(before);
  const lines = await readCallLog(cluster.folder.log);
  expect(lines.map(({ effect }) => effect)).toEqual([false, false]);
  expect(lines[1]?.refused).toContain('never skipped');
});

test('a restart goes on with a rollout where the clock has brought it', async () => {
  const path = await temporaryFolder();
  let now = 1_000_000;
  const first = await open(path, () => now);
  await first.setRollout('control-plane', { version: '1.26.8', template: 'r_old' });
  await first.addTemplate(
    { name: 'r_new', sha256: 'c'.repeat(64), kubernetes: '1.26.10', sizeBytes: 0, poweredOn: false, marked: true },
    (file) => writeFile(file, ''),
  );
  await first.setRollout('control-plane', { version: '1.26.10', template: 'r_new' });
  now += 3000;
  const logged = await effects(first);
  const second = await open(path, () => now);
  expect(await effects(second)).toEqual(logged);
  expect((await second.rollout('control-plane')).wait?.what).toContain('control-plane-1 is drained and removed');
  now += 20_000;
  expect(await second.rollout('control-plane')).toMatchObject({ wait: null, updated: 3 });
  expect((await second.nodes()).filter(({ version }) => version === '1.26.10')).toHaveLength(3);
});

test('an effect whose log line a crash cut off or kept back is in the log once after the restart', async () => {
  for (const left of [0, 10]) {
    const path = await temporaryFolder();
    const first = await open(path);
    await first.removeLayer({ layer: 'addon', pack: 'none' });
    const { length } = await readFile(first.folder.log);
    await first.applyLayer({ ...layer, values });
    await first.close();
    await truncate(first.folder.log, length + left);
    const second = await open(path);
    expect(await effects(second)).toEqual(['applyLayer']);
    await second.applyLayer({ ...layer, values });
    expect(await effects(second)).toEqual(['applyLayer']);
    expect((await readCallLog(second.folder.log)).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  }
});

test('a file that a cut import left in the datastore is removed at the next start', async () => {
  const path = await temporaryFolder();
  await (await open(path)).close();
  const folder = stateFolder(path);
  await appendFile(`${folder.datastore}/r_cut.ova`, 'half');
  const cluster = await open(path);
  expect(await cluster.findTemplate('r_cut')).toBeNull();
  await expect(readFile(`${folder.datastore}/r_cut.ova`)).rejects.toThrow('ENOENT');
});

test('a damaged state is refused and left as it is', async () => {
  const path = await temporaryFolder();
  await (await open(path)).close();
  for (const text of ['{', '{}', '{"__proto__":{"formatVersion":1}}', '[]']) {
    await writeFile(stateFolder(path).state, text);
    await expect(open(path)).rejects.toMatchObject({ code: 'SIMULATOR_STATE_DAMAGED' });
    expect(await readFile(stateFolder(path).state, 'utf8')).toBe(text);
  }
});

test('a state that cannot be written changes nothing, and the same call works once it can', async () => {
  const cluster = await open(await temporaryFolder());
  const before = await readFile(cluster.folder.state, 'utf8');
  const aside = `${cluster.folder.path}-aside`;
  await rename(cluster.folder.path, aside);
  await writeFile(cluster.folder.path, '');
  await expect(cluster.applyLayer({ ...layer, values })).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  expect(await cluster.layers()).toEqual([]);
  await rm(cluster.folder.path);
  await rename(aside, cluster.folder.path);
  expect(await readFile(cluster.folder.state, 'utf8')).toBe(before);
  await cluster.applyLayer({ ...layer, values });
  expect(await cluster.layers()).toHaveLength(1);
  expect(await effects(cluster)).toEqual(['applyLayer']);
});
