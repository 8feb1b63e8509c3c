import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoContext } from '@sealift/cli/demo/demo-context';
import {
  auditPageSchema,
  layerPreviewSchema,
  packRegistrySchema,
  profileViewSchema,
  summarySchema,
  upgradeSchema,
} from '@sealift/core/api';
import { readCallLog } from '@sealift/simulator/call-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { siteLayers, siteValues } from '../examples/harborview/site-changes.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { supportHost, typeBlock } from './setup/guide.ts';
import { type Finished, run, sealift } from './setup/sealift.ts';

let site: TestEnvironment;
/** What was typed to have what runs recorded, and what it left. */
const adopted: Finished[] = [];
beforeAll(async () => {
  site = await startEnvironment(50, undefined, { adopt });
});
afterAll(() => site?.remove());

/** At a platform of which nothing is recorded yet: with values that only a person can tell, which do not fit and then do, and by looking. */
async function adopt(demo: DemoContext): Promise<void> {
  const host = supportHost(demo);
  const values = siteValues({ layer: 'k8s', pack: 'kubernetes', customised: [] });
  for (const text of [`${values}\nanother: one\n`, values]) {
    await writeFile(join(host.cwd, 'kubernetes.yaml'), text);
    adopted.push(await typeBlock('adopt-a-platform.md', 'sealift platform adopt --dry-run --values', host));
  }
  adopted.push(await typeBlock('adopt-a-platform.md', 'sealift sync', host));
}

/** Runs the command line on the support host, which is logged in. */
async function command(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(sealift, args, { env: site.context.env, cwd: site.context.folder.path });
  expect(`exit ${code}\n${stderr}`).toMatch(/^exit 0\n/);
  return stdout;
}

async function json<Schema extends z.ZodType>(schema: Schema, ...args: string[]): Promise<z.output<Schema>> {
  return schema.parse(JSON.parse(await command(...args, '--json')));
}

describe('the runbook by command line and API', () => {
  it('begins on a platform that was adopted as the guide types it', () => {
    const [differing, given, looked] = adopted;
    expect([differing?.code, differing?.stdout]).toEqual([1, expect.stringMatching(/^differs: .*k8s\/kubernetes$/m)]);
    expect([given?.code, given?.stdout]).toEqual([0, expect.stringContaining('Nothing differs')]);
    expect(`exit ${looked?.code}\n${looked?.stderr}`).toMatch(/^exit 0\n/);
    const [shown, recorded] = looked?.stdout.split('Nothing differs') ?? [];
    expect(shown).toMatch(/^yes {2}layer cni\/cni-calico .* 3 customised/m);
    expect(recorded).toContain('Harborview 4.2.12 is recorded as installed');
  });

  it('R9: running the bundle prints its transcript and ends with Setup Completed', () => {
    const from = site.remarks.indexOf('Executing ./airgap-v4.2.13.bin');
    const transcript = site.remarks.slice(from + 1).map((line) => line.trim());
    expect(transcript.slice(0, 6)).toEqual([
      'Verifying archive integrity...  100%   SHA256 checksums are OK. All good.',
      'Uncompressing Airgap Setup - Version 4.2.13  100%',
      'Setting up CLI',
      'Setting up Manifests',
      'Setting up Packs',
      '- Pushing Pack cni-calico:3.26.1',
    ]);
    const images = transcript.indexOf('Setting up Images');
    expect(images).toBeGreaterThan(transcript.indexOf('- Pushing Pack platform:4.2.13'));
    expect(transcript.slice(images)).toContain('- Pushing image docker.io/calico/node:v3.26.1');
    expect(transcript.at(-2)).toBe('- Pushing image u-2204-0-k-12610-0.ova');
    expect(transcript.at(-1)).toBe('Setup Completed');
  });

  it('R9: running it again sends nothing twice and succeeds', async () => {
    const bundle = site.built.vendor.bundles.get('4.2.13') ?? '';
    const again = await run(bundle, [], { env: site.context.env, cwd: site.context.folder.path });
    expect(again).toMatchObject({ code: 0 });
    const { entries } = await site.administrator.api.get('/api/v1/audit', auditPageSchema);
    const uploads = entries.filter(({ action }) => action === 'bundle.upload');
    expect(uploads).toHaveLength(3);
    expect(uploads.at(-1)?.details).toMatchObject({ version: '4.2.13', pushed: 0 });
  });

  it('R11: shows and exports the configuration of every layer', async () => {
    const { layers } = await json(profileViewSchema, 'profile', 'show');
    for (const layer of siteLayers) {
      expect(layers.find(({ pack }) => pack === layer.pack)?.currentValues).toBe(siteValues(layer));
    }
    expect(await command('profile', 'show', 'cni-calico')).toBe(layers[2]?.currentValues);
    const saved = join(site.context.folder.temporary, 'saved');
    await mkdir(saved);
    await command('profile', 'export', '-o', join(saved, 'profile.tar.gz'));
    expect(await run('tar', ['-xzf', 'profile.tar.gz'], { cwd: saved })).toMatchObject({ code: 0 });
    const listed = await run('find', ['.', '-name', '*.yaml'], { cwd: saved });
    expect(listed.stdout.trim().split('\n')).toHaveLength(6);
  });

  it('R12: syncs the pack registry in seconds', async () => {
    const begun = Date.now();
    const { sync } = await json(packRegistrySchema, 'sync', 'spectro-packs');
    expect(sync).toMatchObject({ state: 'succeeded', refused: [] });
    expect(Date.now() - begun).toBeLessThan(30_000);
  });

  it('R4, R13: offers the release and says by itself that a new node image is needed', async () => {
    const updates = await command('updates');
    expect(updates).toMatch(/^4\.2\.13 .*needs node image u-2204-0-k-12610-0\.ova {2}\(recommended\)$/m);
  });

  it('R14, R15: previews every layer merged, with exactly the customisations kept', async () => {
    const upgrade = await json(upgradeSchema, 'upgrade', 'start', '--to', '4.2.13');
    expect(upgrade.blockers).toEqual([]);
    for (const layer of siteLayers) {
      const preview = await json(layerPreviewSchema, 'upgrade', 'layers', `${layer.layer}-${layer.pack}`);
      const [merged, current]: unknown[] = [parse(preview.merged), parse(preview.current)];
      for (const path of layer.customised) expect(valueAt(merged, path)).toEqual(valueAt(current, path));
    }
    expect(upgrade.layers.reduce((sum, { keptCustomisations }) => sum + keptCustomisations, 0)).toBe(10);
    expect(upgrade.layers.reduce((sum, { openConflicts }) => sum + openConflicts, 0)).toBe(0);
  });

  it('R16: refuses another hash, then confirms what was previewed and follows it to the end', async () => {
    const wrong = await run(sealift, ['upgrade', 'confirm', '--hash', '0'.repeat(64)], { env: site.context.env });
    expect(wrong).toMatchObject({ code: 3 });
    const { hash } = await json(upgradeSchema, 'upgrade', 'status');
    const upgrade = await json(upgradeSchema, 'upgrade', 'confirm', '--hash', hash ?? '', '--wait');
    expect(upgrade).toMatchObject({ state: 'succeeded', from: '4.2.12', to: '4.2.13', confirmedBy: 'admin' });
  });

  it('R16: replaced every node from the new template, each effect once', async () => {
    const summary = await json(summarySchema, 'status');
    expect(summary.nodes).toHaveLength(6);
    for (const node of summary.nodes) expect(node).toMatchObject({ template: 'r_u-2204-0-k-12610-0', ready: true });
    const effects = (await readCallLog(site.cluster.service.ready.callLog)).filter(({ effect }) => effect);
    expect(effects.map(({ call }) => call)).toEqual([
      'importTemplate',
      'setRollout',
      'setRollout',
      ...siteLayers.map(() => 'applyLayer'),
    ]);
  });

  it('R17: states both sentences, and runs the new defaults with the site’s values', async () => {
    expect(await command('status')).toContain(
      'yes  You are using the latest version of Harborview\nyes  On-prem system console is healthy\n',
    );
    const profile = await json(profileViewSchema, 'profile', 'show');
    expect(profile).toMatchObject({ product: 'Harborview', version: '4.2.13' });
    const customised = profile.layers.map(({ pack, customisations }) => [pack, customisations]);
    expect(Object.fromEntries(customised)).toEqual({
      'ubuntu-vsphere': 0,
      ...Object.fromEntries(siteLayers.map((layer) => [layer.pack, layer.customised.length])),
    });
  });
});

function valueAt(document: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }, document);
}
