import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPackBundle } from '@sealift/bundle/create-pack';
import { parseSecretKey } from '@sealift/bundle/minisign';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { type FileServer, startFileServer } from '@sealift/testkit/file-server';
import { peer } from '@sealift/testkit/peers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digest, problem, ScriptedConsole } from '../../testing/scripted-console.ts';

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

const source = (version: string) => ({
  kind: 'pack',
  product: 'cni-calico',
  version,
  bundle: `airgap-pack-cni-calico-${version}.bin`,
});
const known = (version: string) => ({ version, digest, sources: [source(version)] });
const packOf = (name: string) => ({
  name,
  displayName: `The ${name}`,
  layer: 'cni',
  versions: [
    { ...known('3.26.1'), inUse: false },
    { ...known('3.25.1'), inUse: true },
  ],
});
const outdated = {
  inUse: 5,
  leftOut: 0,
  packs: [
    { layer: 'cni', pack: 'cni-calico', displayName: 'Calico', version: '3.25.1', digest, newer: [known('3.26.1')] },
  ],
};

describe('packs list, outdated and where-used', () => {
  it('list every page of the catalogue', async () => {
    site.answers.set('GET /api/v1/packs?after=', {
      status: 200,
      body: { packs: [packOf('cni-calico')], next: 'cni-calico' },
    });
    site.answers.set('GET /api/v1/packs?after=cni-calico', {
      status: 200,
      body: { packs: [packOf('csi-nfs')], next: null },
    });
    const { out } = await site.sealift(['packs', 'list']);
    expect(out.split('\n')).toEqual(
      ['cni-calico', 'csi-nfs'].flatMap((name) => [
        `${name}  cni  The ${name}`,
        '  3.26.1  airgap-pack-cni-calico-3.26.1.bin',
        '  3.25.1  in use  airgap-pack-cni-calico-3.25.1.bin',
      ]),
    );
    const json = JSON.parse((await site.sealift(['packs', 'list', '--json'])).out) as { packs: unknown[] };
    expect(json.packs).toHaveLength(2);
  });

  it('do not read a list for ever whose pages lead back', async () => {
    site.answers.set('GET /api/v1/packs?after=', { status: 200, body: { packs: [packOf('b')], next: 'b' } });
    site.answers.set('GET /api/v1/packs?after=b', { status: 200, body: { packs: [packOf('b')], next: 'a' } });
    expect((await site.sealift(['packs', 'list'])).code).toBe(0);
  });

  it('tell which packs in use are newer, and which bundle holds them', async () => {
    site.answers.set('GET /api/v1/packs/outdated', { status: 200, body: outdated });
    const { code, out } = await site.sealift(['packs', 'outdated']);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'cni  cni-calico 3.25.1',
      '  3.26.1  airgap-pack-cni-calico-3.26.1.bin',
      'Of 5 packs in use the catalogue has newer versions of 1.',
    ]);
    site.answers.set('GET /api/v1/packs/outdated', { status: 200, body: { inUse: null, leftOut: 0, packs: [] } });
    expect((await site.sealift(['packs', 'outdated'])).out).toContain('adopt the release that runs');
  });

  it('tell what uses a pack, and of one that nobody knows', async () => {
    const uses = [
      { kind: 'layer', layer: 'cni', version: '3.25.1', customised: true },
      { kind: 'dependency', pack: 'platform', version: '4.2.12', type: 'required', versions: '>=3.25' },
      { kind: 'release', product: 'Harborview', release: '4.2.12', version: '3.25.1', installed: true },
    ];
    site.answers.set('GET /api/v1/packs/cni-calico/uses', {
      status: 200,
      body: { name: 'cni-calico', uses: uses.slice(0, 2), next: 'WzEsInBsYXRmb3JtIl0' },
    });
    site.answers.set('GET /api/v1/packs/cni-calico/uses?after=WzEsInBsYXRmb3JtIl0', {
      status: 200,
      body: { name: 'cni-calico', uses: uses.slice(2), next: null },
    });
    expect((await site.sealift(['packs', 'where-used', 'cni-calico'])).out.split('\n')).toEqual([
      'layer cni of the enterprise cluster: 3.25.1, with values of its own',
      'pack platform 4.2.12, which runs: required >=3.25',
      'release Harborview 4.2.12, which is installed: 3.25.1',
    ]);
    site.answers.set('GET /api/v1/packs/nope/uses', { status: 404, body: problem('PACK_UNKNOWN', 404) });
    expect((await site.sealift(['packs', 'where-used', 'nope'])).code).toBe(1);
  });
});

describe('packs create, validate and push', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-cli-packs-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['kernel', 'os', 'k8s', 'cni', 'csi', 'addon'])(
    'begin a pack of the layer %s that is valid',
    async (layer) => {
      const path = join(folder, `my-${layer}`);
      const made = await site.sealift(['packs', 'create', path, '--layer', layer, '--json']);
      expect(JSON.parse(made.out)).toMatchObject({ name: `my-${layer}`, version: '0.1.0', layer });
      const { code, out } = await site.sealift(['packs', 'validate', path]);
      expect([code, out]).toEqual([0, '1 packs: 0 errors, 0 warnings']);
    },
  );

  it('begin none where something is, or that would be invalid', async () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'mine'), '');
    const taken = await site.sealift(['packs', 'create', path, '--layer', 'cni']);
    expect(taken).toMatchObject({ code: 1, notes: expect.stringContaining('PACK_FOLDER_TAKEN') });
    expect(readdirSync(path)).toEqual(['mine']);
    const bad = await site.sealift(['packs', 'create', join(folder, 'x'), '--layer', 'network']);
    expect(bad).toMatchObject({ code: 1, notes: expect.stringMatching(/at: --layer[\s\S]*code: USAGE/) });
    expect(readdirSync(folder)).not.toContain('x');
  });

  it('name everything that is wrong, and exit with 2', async () => {
    const path = join(folder, 'wrong');
    mkdirSync(path);
    writeFileSync(join(path, 'pack.json'), '{"name":"a b","version":"1"}');
    const { code, out } = await site.sealift(['packs', 'validate', path]);
    expect(code).toBe(2);
    for (const member of ['name', 'displayName', 'layer']) expect(out).toContain(`${path}/pack.json#/${member}:`);
    const json = await site.sealift(['packs', 'validate', path, '--json']);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.out)).toMatchObject({ errors: 3, packs: [{ pack: null }] });
  });

  it('say what a push would send, and send nothing of a pack that is wrong', async () => {
    const path = join(folder, 'pushed');
    await site.sealift(['packs', 'create', path, '--layer', 'addon']);
    await site.sealift(['keys', 'generate', '--out', join(folder, 'vendor')]);
    const key = ['--key', join(folder, 'vendor.key')];
    const dry = await site.sealift(['packs', 'push', path, ...key, '--dry-run']);
    expect([dry.code, dry.out]).toEqual([0, 'pushed 0.1.0 with 0 images would be pushed. Nothing was.']);
    writeFileSync(join(path, 'pack.json'), '{}');
    const wrong = await site.sealift(['packs', 'push', path, ...key, '--dry-run']);
    expect(wrong).toMatchObject({ code: 2, notes: expect.stringContaining('PACK_INVALID') });
    expect(site.asked).toEqual([]);
  });
});

describe('packs outdated --from', () => {
  let folder: string;
  let server: FileServer;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-cli-packs-from-'));
    for (const name of ['web', 'state']) mkdirSync(join(folder, name));
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('names bundles that the vendor has and the catalogue lacks', async () => {
    await site.sealift(['keys', 'generate', '--out', join(folder, 'vendor')]);
    const secretKey = parseSecretKey(readFileSync(join(folder, 'vendor.key'), 'utf8'));
    for (const version of ['3.24.0', '3.26.1', '3.27.0']) {
      const pack = join(folder, `calico-${version}`);
      await site.sealift([
        'packs',
        'create',
        pack,
        '--layer',
        'cni',
        '--name',
        'cni-calico',
        '--pack-version',
        version,
      ]);
      const output = join(folder, 'web', `airgap-pack-cni-calico-${version}.bin`);
      await createPackBundle({
        pack,
        images: [],
        elsewhere: [],
        folder,
        output,
        secretKey,
        executables: [],
        sealift: '0.1.0',
      });
    }
    await site.sealift(['releases', 'publish', join(folder, 'web'), '--key', join(folder, 'vendor.key')]);
    server = await startFileServer(join(folder, 'web'));
    site.answers.set('GET /api/v1/packs/outdated', { status: 200, body: outdated });
    const layer = {
      layer: 'cni',
      pack: 'cni-calico',
      version: '3.25.1',
      displayName: 'Calico',
      digest,
      baseValues: '',
      currentValues: '',
      customised: false,
      customisations: 0,
    };
    site.answers.set('GET /api/v1/profile', {
      status: 200,
      body: { format: 1, product: 'Harborview', version: '4.2.12', layers: [layer] },
    });
    const args = ['packs', 'outdated', '--from', server.url, '--public-key', join(folder, 'vendor.pub')];
    const env = {
      SEALIFT_URL: site.url,
      SEALIFT_TOKEN: 'sealift_token-for-tests',
      XDG_STATE_HOME: join(folder, 'state'),
    };
    const { code, out, notes } = await site.sealift(args, env);
    expect([code, notes]).toEqual([0, '']);
    expect(out).toContain('cni-calico 3.25.1: 3.27.0 can be fetched: airgap-pack-cni-calico-3.27.0.bin');
    expect(out).not.toContain('3.24.0');
  });
});

const dockerRegistry = peer('docker-registry');

describe.skipIf(dockerRegistry.missing)(`packs push against docker-registry (${dockerRegistry.remedy})`, () => {
  let folder: string;
  let registry: DockerRegistry;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-cli-packs-push-'));
    registry = await startDockerRegistry(dockerRegistry);
  });
  afterAll(async () => {
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('brings the pack and its marker to where a sync looks, and nothing twice', async () => {
    const pack = join(folder, 'my-ingress');
    await site.sealift(['packs', 'create', pack, '--layer', 'addon']);
    await site.sealift(['keys', 'generate', '--out', join(folder, 'vendor')]);
    const env = {
      OCI_PACK_REGISTRY: registry.registry,
      OCI_PACK_BASE: 'site/packs',
      OCI_IMAGE_REGISTRY: registry.registry,
      OCI_IMAGE_BASE: 'site/images',
    };
    const push = () => site.sealift(['packs', 'push', pack, '--key', join(folder, 'vendor.key')], env);
    const first = await push();
    expect([first.code, first.out.split('\n')]).toEqual([
      0,
      ['pack my-ingress:0.1.0: pushed', 'marker pack-my-ingress-0.1.0: pushed'],
    ]);
    expect((await push()).out.split('\n')).toEqual([
      'pack my-ingress:0.1.0: present',
      'marker pack-my-ingress-0.1.0: present',
    ]);
    const tags = await fetch(`http://${registry.registry}/v2/site/packs/sealift-catalog/tags/list`);
    expect(await tags.json()).toMatchObject({ tags: ['pack-my-ingress-0.1.0'] });
    const archive = `http://${registry.registry}/v2/site/packs/spectro-packs/archive/my-ingress/tags/list`;
    expect(await (await fetch(archive)).json()).toMatchObject({ tags: ['0.1.0'] });
  });
});
