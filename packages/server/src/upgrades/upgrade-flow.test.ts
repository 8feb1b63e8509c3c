import { generateKeyPair, parsePublicKey } from '@sealift/bundle/minisign';
import { readSignedEvidence } from '@sealift/bundle/signed-evidence';
import { declaredCheckSchema, declaredStepSchema, type Release } from '@sealift/core/release';
import { connectSimulator } from '@sealift/simulator/client';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PushedRelease, pushRelease, vendorKey } from '../testing/push-release.ts';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import { administrator, RunningPlatform } from '../testing/running-platform.ts';

const oldDefaults = '# pods\npodCIDR: 192.168.0.0/16\nmtu: 1440\nlogLevel: info\n';
const newDefaults = '# addresses of pods\npodCIDR: 192.168.0.0/16\nmtu: 1450\nlogLevel: warning\nbpf: false\n';
const presets = 'presets:\n- name: quiet\n  group: Log\n  add: |\n    logLevel: error\n';
const schema = 'mtu:\n  schema: \'{{ required | format "${number}" }}\'\n';
const cniFiles = { 'presets.yaml': presets, 'schema.yaml': schema };
const enabled = '# spectrocloud.com/enabled-presets: Log:quiet\n';
const siteValues = `${enabled}# pods\npodCIDR: 10.20.0.0/16\nmtu: 9000\nlogLevel: error\n`;
const place = { namespace: 'harbor', name: 'files' };
/** What the release asks of the site, and has done there. */
function declaring(release: Release): Release {
  const checks = declaredCheckSchema.array().parse([
    {
      name: 'console',
      title: 'The console is there',
      query: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'harbor' },
      expect: { exists: true },
      remedy: 'Install it.',
    },
    {
      name: 'leftovers',
      title: 'Nothing of the old console is left',
      query: { apiVersion: 'v1', kind: 'Pod', selector: 'app=old-console' },
      expect: { absent: true },
      severity: 'warn',
      remedy: 'Delete it.',
    },
  ]);
  const helm = { release: 'console', namespace: 'harbor' };
  const from = { accessModes: ['ReadWriteOnce'] };
  const releaseSteps = declaredStepSchema.array().parse([
    {
      name: 'own-console',
      title: 'Give the console to its chart',
      at: { before: 'cni-calico' },
      do: { kind: 'own-objects', owner: { helm }, objects: [{ apiVersion: 'apps/v1', kind: 'Deployment', ...place }] },
    },
    {
      name: 'files',
      title: 'Let several pods have the files',
      at: { after: 'layers' },
      do: { kind: 'migrate-claim', ...place, from, to: { accessModes: ['ReadWriteMany'] } },
    },
  ]);
  return { ...release, spec: { ...release.spec, checks, releaseSteps } };
}
const objects = [
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: place },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: place, spec: { accessModes: ['ReadWriteOnce'] } },
];
const sketches = {
  old: { version: '4.2.12', kubernetes: '1.26.8', upgradesFrom: '>=4.2.0 <4.2.12', cniValues: oldDefaults, cniFiles },
  new: {
    version: '4.2.13',
    kubernetes: '1.26.10',
    upgradesFrom: '>=4.2.0 <4.2.13',
    cniValues: newDefaults,
    cniFiles,
    alter: declaring,
  },
} as const;

const postgres = peer('postgres');
const stores = [
  { name: 'the embedded store', store: 'embedded', skip: false },
  { name: `PostgreSQL${postgres.missing ? ` (${postgres.remedy})` : ''}`, store: 'postgresql', skip: postgres.missing },
];

/** One story, told in order: each part stands on the one before. */
describe.each(stores)(
  'from an empty registry to an upgraded platform, on $name',
  { timeout: 60_000 },
  ({ store, skip }) => {
    let platform: RunningPlatform;
    let installed: PushedRelease;
    let database: PostgresServer | undefined;

    beforeAll(async () => {
      if (skip) return;
      if (store === 'postgresql') database = await startPostgres(postgres.path);
      platform = await RunningPlatform.start(await database?.newDatabase());
    }, 60_000);
    afterAll(async () => {
      if (!skip) await platform.stop();
      await database?.stop();
    });

    it.skipIf(skip)('says what is missing before anything is there', async () => {
      const { body } = await platform.call('GET', '/summary');
      expect(body).toMatchObject({ product: null, version: null, store, simulated: false });
      expect(body.statements.map((one: { holds: boolean }) => one.holds)).toEqual([false, false]);
      expect((await platform.call('GET', '/profile')).body).toMatchObject({ code: 'NOT_ADOPTED' });
      expect((await platform.call('POST', '/upgrades', { to: '4.2.13' })).body).toMatchObject({ code: 'NOT_ADOPTED' });
      expect((await platform.call('POST', '/platform/adopt', { version: '4.2.12' })).body).toMatchObject({
        code: 'RELEASE_UNKNOWN',
      });
      expect((await platform.call('POST', '/registries/other/sync')).body).toMatchObject({ code: 'NOT_FOUND' });
      expect(await platform.sync()).toMatchObject({ state: 'succeeded', message: 'The registry holds no release yet' });
    });

    it.skipIf(skip)('answers where bundles push to', async () => {
      const registry = new URL(platform.console.url).host;
      expect((await platform.call('GET', '/upload-target')).body).toEqual({
        packRegistry: registry,
        packBase: 'sealift/packs',
        imageRegistry: registry,
        imageBase: 'sealift/images',
        plainHttp: true,
      });
    });

    it.skipIf(skip)('takes signed, complete releases and refuses the others with code and remedy', async () => {
      const client = platform.registry();
      installed = await pushRelease(client, sketches.old);
      const stranger = generateKeyPair();
      await pushRelease(client, { ...sketches.old, version: '9.0.0' }, stranger);
      await pushRelease(client, {
        ...sketches.old,
        version: '9.0.1',
        alter: (release) => {
          const gone = { name: 'registry.example/gone:1', digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 1 };
          return { ...release, spec: { ...release.spec, images: [...release.spec.images, gone] } };
        },
      });
      await pushRelease(client, { ...sketches.old, version: '9.0.2', tag: 'release-harbor_view-9.0.3' });
      const sync = await platform.sync();
      expect(sync).toMatchObject({ state: 'succeeded', done: 4, total: 4 });
      const byName = new Map(sync.refused.map((one: { name: string }) => [one.name, one]));
      expect(byName.get('release-harbor_view-9.0.0')).toMatchObject({
        code: 'SIGNATURE_KEY_UNTRUSTED',
        detail: expect.stringContaining(stranger.publicKey.fingerprint),
        hint: expect.stringContaining('sealift keys trust FILE --console'),
      });
      expect(byName.get('release-harbor_view-9.0.1')).toMatchObject({
        code: 'RELEASE_INCOMPLETE',
        detail: expect.stringContaining('registry.example/gone:1'),
        hint: expect.stringContaining('again'),
      });
      expect(byName.get('release-harbor_view-9.0.3')).toMatchObject({ code: 'RELEASE_MARKER_INVALID' });
      expect(byName.size).toBe(3);
    });

    it.skipIf(skip)('adopts the installed release with the site values', async () => {
      const bad = { layer: 'cni', pack: 'cilium', values: '' };
      const wrong = await platform.call('POST', '/platform/adopt', { version: '4.2.12', values: [bad] });
      expect(wrong.body).toMatchObject({ code: 'LAYER_UNKNOWN', place: 'body.values.0' });
      const broken = await platform.call('POST', '/platform/adopt', {
        version: '4.2.12',
        values: [{ layer: 'cni', pack: 'calico', values: 'a: [' }],
      });
      expect(broken.body.code).toMatch(/^MERGE_/);
      const values = [{ layer: 'cni', pack: 'calico', values: siteValues }];
      const adopted = await platform.call('POST', '/platform/adopt', { version: '4.2.12', values });
      expect(adopted.status).toBe(201);
      expect(adopted.body.layers).toMatchObject([
        { pack: 'ubuntu', customised: false },
        { pack: 'kubernetes', displayName: 'The kubernetes' },
        { pack: 'calico', customised: true, customisations: 2, baseValues: oldDefaults, currentValues: siteValues },
      ]);
      const again = await platform.call('POST', '/platform/adopt', { version: '4.2.12' });
      expect(again.body).toMatchObject({ code: 'ALREADY_ADOPTED', status: 409 });
      const running = { kubernetes: 'pack:\n  serviceClusterIpRange: 10.96.0.0/12\n', calico: siteValues };
      await platform.connectCluster(installed.release, running, objects);
      const { body } = await platform.call('GET', '/summary');
      expect(body).toMatchObject({ version: '4.2.12', simulated: true });
      expect(body.statements[1]).toMatchObject({ text: 'On-prem system console is healthy', holds: true });
    });

    it.skipIf(skip)('exports the profile as an archive', async () => {
      const response = await fetch(`${platform.console.url}/api/v1/profile/export`, {
        headers: { authorization: `Bearer ${platform.token}` },
      });
      const { unpackTar } = await import('modern-tar');
      const { gunzipSync } = await import('node:zlib');
      const files = await unpackTar(gunzipSync(Buffer.from(await response.arrayBuffer())));
      expect(files.map((file) => file.header.name)).toEqual([
        'profile.json',
        'os-ubuntu.yaml',
        'k8s-kubernetes.yaml',
        'cni-calico.yaml',
      ]);
      expect(Buffer.from(files[3]?.data ?? []).toString()).toBe(siteValues);
    });

    let id: string;
    let hash: string;

    it.skipIf(skip)('finds the newer release after a sync, and syncing again changes nothing', async () => {
      await pushRelease(platform.registry(), sketches.new);
      expect((await platform.sync()).message).toBe('2 releases in the catalogue, 1 new; 3 refused');
      expect((await platform.sync()).message).toBe('2 releases in the catalogue, 0 new; 3 refused');
      const { body } = await platform.call('GET', '/updates');
      expect(body).toMatchObject({ installed: '4.2.12', recommended: { version: '4.2.13', legal: true } });
      expect(body.recommended.nodeImage).toMatchObject({ needed: true, template: 'r_u-2204-0-k-12610-0' });
      const summary = (await platform.call('GET', '/summary')).body;
      expect(summary.statements[0].holds).toBe(false);
    });

    it.skipIf(skip)(
      'makes a draft that is merged, with the open conflict named, and takes the same one up again',
      async () => {
        const draft = await platform.call('POST', '/upgrades', { to: '4.2.13' });
        expect(draft.status).toBe(201);
        id = draft.body.id;
        expect(draft.body).toMatchObject({ state: 'draft', hash: null });
        expect(draft.body.blockers.join()).toContain('calico: 1');
        const calico = draft.body.layers.find((layer: { pack: string }) => layer.pack === 'calico');
        expect(calico).toMatchObject({ id: 'cni-calico', state: 'conflicts', openConflicts: 1 });
        const again = await platform.call('POST', '/upgrades', { to: '4.2.13' });
        expect(again).toMatchObject({ status: 200, body: { id } });
        const unknown = await platform.call('POST', '/upgrades', { to: '4.2.14' });
        expect(unknown.body).toMatchObject({ code: 'RELEASE_UNKNOWN' });
        const refused = await platform.call('POST', `/upgrades/${id}/confirm`, { hash: '0'.repeat(64) });
        expect(refused.body).toMatchObject({ code: 'UPGRADE_BLOCKED', status: 409 });
      },
    );

    it.skipIf(skip)('checks a text that is pasted in the place of the merge', async () => {
      const path = `/upgrades/${id}/layers/cni-calico`;
      const broken = await platform.call('PUT', `${path}/text`, { text: 'a: [' });
      expect(broken.body.code).toBe('MERGE_YAML_INVALID');
      const pasted = await platform.call('PUT', `${path}/text`, { text: oldDefaults });
      expect(pasted.body.state).toBe('edited');
      expect(pasted.body.keptCustomisations).toBe(0);
      const messages = pasted.body.pasted.differences.map((one: { path: string[]; message: string }) => [
        one.path.join('.'),
        one.message,
      ]);
      expect(messages).toContainEqual(['podCIDR', 'The pasted text loses your customisation here.']);
      expect(messages).toContainEqual(['bpf', 'The pasted text overrides a change of the release here.']);
      expect(messages).toContainEqual(['mtu', 'Both sides changed this; the pasted text settles it.']);
      const wrong = await platform.call('PUT', `${path}/text`, { text: siteValues.replace('9000', 'many') });
      const problem = { kind: 'format', severity: 'block', path: 'mtu', line: 4 };
      expect(wrong.body.problems).toMatchObject([problem]);
      const { preflight, blockers } = (await platform.call('GET', `/upgrades/${id}`)).body;
      expect(preflight.find((check: { name: string }) => check.name === 'values-valid')).toMatchObject({
        outcome: 'block',
        detail: 'calico: mtu (line 4): the value is not a number',
        remedy: expect.stringContaining('line'),
      });
      expect(blockers.join()).toContain('mtu (line 4)');
      expect((await platform.call('DELETE', `${path}/text`)).body).toMatchObject({ state: 'conflicts', pasted: null });
    });

    it.skipIf(skip)('settles the conflict by a resolution, and refuses one of nothing', async () => {
      const path = `/upgrades/${id}/layers/cni-calico`;
      const nothing = await platform.call('PUT', `${path}/resolutions`, {
        resolutions: [{ path: ['nowhere'], take: 'current' }],
      });
      expect(nothing.body).toMatchObject({ code: 'INPUT_INVALID', place: 'body.resolutions.0.path' });
      const resolutions = [{ path: ['mtu'], take: 'current' }];
      const settled = await platform.call('PUT', `${path}/resolutions`, { resolutions });
      expect(settled.body).toMatchObject({ state: 'merged', openConflicts: 0, resolutions });
      expect(settled.body.merged).toBe(
        `${enabled}# addresses of pods\npodCIDR: 10.20.0.0/16\nmtu: 9000\nlogLevel: error\nbpf: false\n`,
      );
      const draft = (await platform.call('GET', `/upgrades/${id}`)).body;
      expect(draft.blockers).toEqual([]);
      expect(draft.hash).toMatch(/^[0-9a-f]{64}$/);
      hash = draft.hash;
    });

    it.skipIf(skip)('asks nothing outside when a draft or the list is read, only when it is told to look', async () => {
      const before = await platform.clusterCalls();
      const draft = (await platform.call('GET', `/upgrades/${id}`)).body;
      expect((await platform.call('GET', '/upgrades')).body.upgrades).toMatchObject([{ id, state: 'draft' }]);
      expect(await platform.clusterCalls()).toBe(before);
      const looked = await platform.call('POST', `/upgrades/${id}/preflight`);
      expect(looked).toMatchObject({ status: 200, body: { id, hash, blockers: [] } });
      expect(Date.parse(looked.body.preflightAt)).toBeGreaterThan(Date.parse(draft.preflightAt));
      expect(looked.body.preflight.map((check: { name: string }) => check.name)).toContain('nodes-ready');
      const told = looked.body.preflight.filter(({ name }: { name: string }) => name.startsWith('release-'));
      expect(told.map(({ name, outcome }: { name: string; outcome: string }) => `${name} ${outcome}`)).toEqual([
        'release-signed pass',
        'release-4.2.13-console pass',
        'release-4.2.13-leftovers pass',
        'release-step-4.2.13-own-console pass',
        'release-step-4.2.13-files pass',
      ]);
      expect(await platform.clusterCalls()).toBeGreaterThan(before);
      expect((await platform.call('GET', `/upgrades/${id}`)).body).toEqual(looked.body);
    });

    it.skipIf(skip)('does not count a look at the site for a plan that an edit has made another', async () => {
      const path = `/upgrades/${id}/layers/os-ubuntu/text`;
      expect((await platform.call('PUT', path, { text: 'swap: off\n' })).body).toMatchObject({ state: 'edited' });
      const edited = (await platform.call('GET', `/upgrades/${id}`)).body;
      expect(edited.plan.hops[0].steps.map((step: { id: string }) => step.id)).toContain('0-layer-os-ubuntu');
      expect(edited).toMatchObject({ preflightAt: null, blockers: [expect.stringContaining('run the preflight')] });
      expect((await platform.call('POST', `/upgrades/${id}/preflight`)).body).toMatchObject({ blockers: [] });
      await platform.call('DELETE', path);
      const looked = await platform.call('POST', `/upgrades/${id}/preflight`);
      expect(looked.body).toMatchObject({ hash, blockers: [] });
    });

    it.skipIf(skip)('refuses to confirm another hash', async () => {
      const answer = await platform.call('POST', `/upgrades/${id}/confirm`, { hash: 'a'.repeat(64) });
      expect(answer.body).toMatchObject({ code: 'UPGRADE_CHANGED', status: 409, place: 'body.hash' });
      for (const act of ['pause', 'resume'] as const) {
        expect((await platform.call('POST', `/upgrades/${id}/${act}`)).body).toMatchObject({
          code: 'UPGRADE_STATE_ILLEGAL',
        });
      }
      const bad = await platform.call('POST', `/upgrades/${id}/confirm`, { hash: 'x' });
      expect(bad.body).toMatchObject({ code: 'INPUT_INVALID', place: 'body.hash' });
    });

    it.skipIf(skip)(
      'locks the console while the upgrade runs, through a restart, and finishes by itself',
      async () => {
        const confirmed = await platform.call('POST', `/upgrades/${id}/confirm`, { hash });
        expect(confirmed).toMatchObject({ status: 202, body: { confirmedBy: 'admin', hash } });
        const locked = await platform.call('POST', '/tokens', { name: 'x' });
        expect(locked).toMatchObject({ status: 423, body: { code: 'CONSOLE_LOCKED', upgrade: { id } } });
        await platform.restart();
        expect((await platform.call('POST', '/registries/spectro-packs/sync')).status).toBe(423);
        expect((await platform.call('GET', '/profile')).status).toBe(200);
        expect((await platform.call('POST', '/session', administrator)).status).toBe(200);
        const pushed = pushRelease(platform.registry(), { ...sketches.new, version: '4.2.14' });
        await expect(pushed).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
        await platform.until(`/upgrades/${id}`, (body) => body.state !== 'ready');
        const paused = await platform.call('POST', `/upgrades/${id}/pause`);
        expect(paused).toMatchObject({ status: 202, body: { state: 'paused' } });
        expect((await platform.call('POST', '/tokens', { name: 'x' })).status).toBe(423);
        await platform.restart();
        expect((await platform.call('GET', `/upgrades/${id}`)).body).toMatchObject({ state: 'paused' });
        expect((await platform.call('POST', `/upgrades/${id}/resume`)).body).toMatchObject({ state: 'running' });
        const done = await platform.until(`/upgrades/${id}`, (body) => !['ready', 'running'].includes(body.state));
        expect(done).toMatchObject({ state: 'succeeded', fraction: 1, failure: null, hash });
        expect(done.steps.map((step: { state: string }) => step.state)).toEqual(done.steps.map(() => 'done'));
        const ids = done.steps.map((step: { id: string }) => step.id);
        expect(ids.indexOf('0-release-own-console')).toBe(ids.indexOf('0-layer-cni-calico') - 1);
        expect(ids.indexOf('0-release-files')).toBe(ids.indexOf('0-validate') - 1);
        const find = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
        const claims = await connectSimulator(platform.simulatorUrl).declared.find(find, new AbortController().signal);
        expect(claims.objects).toMatchObject([{ object: { spec: { accessModes: ['ReadWriteMany'] } } }]);
      },
      120_000,
    );

    it.skipIf(skip)('shows the two sentences, each backed by checks that pass', async () => {
      // The refused markers lie beside the good ones; only their removal makes the first sentence true again.
      const client = platform.registry();
      const summary = (await platform.call('GET', '/summary')).body;
      expect(summary).toMatchObject({ version: '4.2.13', lockedBy: null, update: null });
      const [latest, healthy] = summary.statements;
      expect(healthy).toMatchObject({ text: 'On-prem system console is healthy', holds: true });
      expect(healthy.checks.length).toBeGreaterThan(3);
      expect(latest.text).toBe('You are using the latest version of Harbor View');
      const open = latest.checks.filter((check: { outcome: string }) => check.outcome !== 'pass');
      expect(open).toMatchObject([{ name: 'catalogue-synced', outcome: 'warn' }]);
      client.close();
      const profile = (await platform.call('GET', '/profile')).body;
      expect(profile.layers[2]).toMatchObject({ version: '4.2.13', baseValues: newDefaults, customisations: 2 });
    });

    it.skipIf(skip)('keeps what was approved as it was, whoever edits it afterwards', async () => {
      const path = `/upgrades/${id}/layers/cni-calico`;
      const before = (await platform.call('GET', `/upgrades/${id}`)).body;
      const edits = [
        await platform.call('PUT', `${path}/resolutions`, { resolutions: [{ path: ['mtu'], take: 'incoming' }] }),
        await platform.call('PUT', `${path}/text`, { text: newDefaults }),
        await platform.call('DELETE', `${path}/text`),
      ];
      for (const { body } of edits) expect(body).toMatchObject({ code: 'UPGRADE_NOT_DRAFT' });
      expect((await platform.call('GET', `/upgrades/${id}`)).body).toEqual(before);
    });

    it.skipIf(skip)('leaves a verified chain of audit entries and a backup', async () => {
      const { body } = await platform.call('GET', '/audit');
      const actions = body.entries.map((entry: { action: string }) => entry.action);
      for (const action of [
        'trusted-key.add',
        'platform.adopt',
        'upgrade.resolve',
        'upgrade.confirm',
        'platform.installed',
      ]) {
        expect(actions).toContain(action);
      }
      expect((await platform.call('GET', '/audit/verification')).body.valid).toBe(true);
      const [backup] = (await platform.call('GET', '/backups')).body.backups;
      expect(backup).toMatchObject({ reason: { why: 'upgrade', upgradeId: id }, isHere: true });
      const { backupObjects } = await import('../backups/backup-files.ts');
      const data = `${platform.folder}/data`;
      const file = { path: `${data}/backups/${backup.reference}`, secretKeyFile: `${data}/secret-key` };
      const { contents } = await backupObjects(file);
      expect(contents.begin.installed).toEqual({ product: 'Harbor View', version: '4.2.12' });
      expect(contents.omitted).toContainEqual(expect.objectContaining({ what: 'table api_token' }));
      expect((await platform.call('POST', `/backups/${backup.id}/verify`)).body).toEqual(backup.proof);
    });

    it.skipIf(skip)(
      'keeps signed evidence of it: who decided what, the key of the release, before and after',
      async () => {
        const { keys } = (await platform.call('GET', '/evidence-keys')).body;
        const response = await fetch(`${platform.console.url}/api/v1/upgrades/${id}/evidence`, {
          headers: { authorization: `Bearer ${platform.token}` },
        });
        expect(response.headers.get('content-disposition')).toContain(`upgrade-${id}.evidence`);
        const file = Buffer.from(await response.arrayBuffer());
        const { evidence } = readSignedEvidence(file, [parsePublicKey(keys[0].publicKey)], 'the answer');
        expect(evidence.upgrade).toMatchObject({ id, state: 'succeeded', failure: null });
        expect(evidence.approval).toMatchObject({ by: 'admin', hash, problem: null });
        expect(evidence.releases).toMatchObject([
          { version: '4.2.13', signedBy: { fingerprint: vendorKey.publicKey.fingerprint }, problem: null },
        ]);
        const calico = evidence.merges.find(({ pack }) => pack === 'calico');
        expect(calico?.decisions[0]).toMatchObject({ path: 'mtu', resolvedBy: 'current', decided: { by: 'admin' } });
        expect(evidence.steps.map(({ outcome }) => outcome)).toEqual(evidence.steps.map(() => 'done'));
        expect(evidence.course.map(({ state, by }) => [state, by])).toContainEqual(['paused', 'admin']);
        expect(evidence.before).toMatchObject({ recorded: '4.2.12', problems: [] });
        expect(new Set(evidence.before?.nodes?.map(({ version }) => version))).toEqual(new Set(['1.26.8']));
        expect(evidence.after).toMatchObject({ recorded: '4.2.13', problems: [] });
        expect(new Set(evidence.after.nodes?.map(({ version }) => version))).toEqual(new Set(['1.26.10']));
        expect(evidence.site.simulated).toBe(true);
        expect(evidence.statements[1]).toMatchObject({ holds: true });
        const { entries } = (await platform.call('GET', '/audit')).body;
        expect(entries.at(-1)).toMatchObject({ action: 'upgrade.evidence', subject: id });
      },
    );

    it.skipIf(skip)(
      'offers the earlier choice when the next hop has the conflict again, and settles nothing',
      async () => {
        const cniValues = newDefaults.replace('1450', '1500');
        await pushRelease(platform.registry(), {
          ...sketches.new,
          version: '4.2.14',
          upgradesFrom: '>=4.2.0 <4.2.14',
          cniValues,
        });
        await platform.sync();
        const draft = (await platform.call('POST', '/upgrades', { to: '4.2.14' })).body;
        const path = `/upgrades/${draft.id}/layers/cni-calico`;
        const resolution = { path: ['mtu'], take: 'current' };
        const { body } = await platform.call('GET', path);
        expect(body).toMatchObject({ openConflicts: 1, resolutions: [], offered: [{ resolution, match: 'repeated' }] });
        const settled = await platform.call('PUT', `${path}/resolutions`, { resolutions: [resolution] });
        expect(settled.body).toMatchObject({ openConflicts: 0, offered: [] });
      },
    );
  },
);

it('says plainly that the web pages are not built', async () => {
  const { buildApp } = await import('../app/build-app.ts');
  const { openMemoryStore } = await import('../testing/memory-store.ts');
  const { memoryConsole } = await import('../testing/memory-console.ts');
  const store = await openMemoryStore();
  const app = await buildApp({ parts: memoryConsole(store), pages: { place: '/nonexistent', files: new Map() } });
  try {
    const answer = await app.inject({ url: '/', headers: { accept: 'text/html' } });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('npm run build');
    expect((await app.inject('/api/v2/x')).json()).toMatchObject({ code: 'ROUTE_UNKNOWN' });
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready' });
  } finally {
    await app.close();
    await store.close();
  }
}, 60_000);
