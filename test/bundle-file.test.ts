import { copyFile, mkdir, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePublicKey } from '@sealift/bundle/minisign';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { built } from './setup/environment.ts';
import { run, sealift } from './setup/sealift.ts';

const minisign = peer('minisign');
const skopeo = peer('skopeo');
const original = built().vendor.bundles.get('4.2.13') ?? '';

let scratch: string;
let bundle: string;
let env: NodeJS.ProcessEnv;
let platform: Server;
/** Requests that would change something at the platform. */
const writes: string[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'sealift-bundle-file-'));
  bundle = join(scratch, 'airgap-v4.2.13.bin');
  await copyFile(original, bundle);
  await copyFile(`${original}.minisig`, `${bundle}.minisig`);
  const keys = join(scratch, 'keys');
  await mkdir(keys);
  await copyFile(built().vendor.publicKeyFile, join(keys, 'vendor.pub'));
  platform = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') writes.push(`${request.method} ${request.url}`);
    response.writeHead(500).end();
  });
  await new Promise<void>((done) => platform.listen(0, '127.0.0.1', done));
  const address = platform.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  env = {
    PATH: process.env['PATH'],
    HOME: join(scratch, 'home'),
    TMPDIR: scratch,
    SEALIFT_TRUSTED_KEYS: keys,
    SEALIFT_URL: `http://127.0.0.1:${port}`,
    SEALIFT_TOKEN: 'a-token-that-nobody-checks',
  };
});

afterAll(async () => {
  await new Promise((done) => platform?.close(done));
  await rm(scratch, { recursive: true, force: true });
});

describe('verifying a bundle with an installed sealift', () => {
  it('accepts the bundle as it was made', async () => {
    const result = await run(sealift, ['bundle', 'verify', bundle], { env });
    expect(result).toMatchObject({ code: 0 });
  });

  it('refuses a key that is not trusted, naming its fingerprint', async () => {
    const nobody = join(scratch, 'nobody');
    const { code, stderr } = await run(sealift, ['bundle', 'verify', bundle], {
      env: { ...env, SEALIFT_TRUSTED_KEYS: nobody },
    });
    expect(code).toBe(2);
    expect(stderr).toContain(parsePublicKey(built().vendor.publicKey, 'vendor.pub').fingerprint);
  });
});

describe('running a bundle', () => {
  it('checks itself and changes nothing with --check', async () => {
    const { code, stdout } = await run(bundle, ['--check'], { env });
    expect(code).toBe(0);
    expect(stdout).toContain('Verifying archive integrity...  100%   SHA256 checksums are OK. All good.');
    expect(writes).toEqual([]);
  });

  it('refuses a key that is not trusted, naming its fingerprint, and pushes nothing', async () => {
    const { code, stderr } = await run(bundle, [], { env: { ...env, SEALIFT_TRUSTED_KEYS: join(scratch, 'nobody') } });
    expect(code).toBe(2);
    expect(stderr).toContain(parsePublicKey(built().vendor.publicKey, 'vendor.pub').fingerprint);
    expect(writes).toEqual([]);
  });

  it('leaves nothing behind in the folder for temporary files', async () => {
    expect((await readdir(scratch)).filter((name) => name.startsWith('sealift'))).toEqual([]);
  });
});

describe('the options of makeself archives', () => {
  it('extracts with --noexec --target, and sends nothing', async () => {
    const target = join(scratch, 'extracted');
    const result = await run(bundle, ['--quiet', '--noexec', '--target', target], { env });
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await readdir(target)).toSorted()).toEqual(
      ['blobs', 'bundle.json', 'bundle.json.minisig', 'index.json', 'oci-layout'].toSorted(),
    );
    expect(writes).toEqual([]);
  });

  it('extracts nothing of a bundle that is damaged, and nothing over what is there', async () => {
    const target = join(scratch, 'not-extracted');
    const { size } = await stat(bundle);
    await withFlippedBit(size - 1, async () => {
      expect(await run(bundle, ['--extract', target], { env })).toMatchObject({ code: 2 });
    });
    await expect(stat(target)).rejects.toMatchObject({ code: 'ENOENT' });
    const refused = await run(bundle, ['--extract', scratch], { env });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/nothing is extracted to .*\n.*fix: /s)]);
  });

  it('asks with --confirm, and takes no for an answer; without a terminal it says what to do', async () => {
    const unasked = await run(bundle, ['--confirm'], { env });
    expect([unasked.code, unasked.stderr]).toEqual([1, expect.stringContaining('no terminal')]);
    const answer = 'printf "n\\n" | script --quiet --return --command "$0 --confirm" /dev/null';
    const asked = await run('sh', ['-c', answer, bundle], { env });
    expect([asked.code, asked.stdout]).toEqual([1, expect.stringContaining('Proceed? [Y/n]')]);
    expect(asked.stdout).toContain('the answer was not yes');
    expect(writes).toEqual([]);
  });

  it('says what it is and what is inside', async () => {
    const info = await run(bundle, ['--info'], { env });
    expect(info.stdout).toContain('Identification: Harborview 4.2.13 (release)\nTarget directory: airgap-v4.2.13\n');
    const list = await run(bundle, ['--list'], { env });
    expect(list.stdout).toMatch(/^sha256:[0-9a-f]{64} {2}docker\.io\/calico\/node:v3\.26\.1$/m);
    const inspected = await run(sealift, ['bundle', 'inspect', bundle, '--json'], { env });
    expect(JSON.parse(inspected.stdout)).toMatchObject({ bundle: { product: 'Harborview', version: '4.2.13' } });
  });
});

describe.skipIf(minisign.missing)(`minisign (${minisign.remedy})`, () => {
  const verify = () =>
    run(minisign.path, ['-V', '-m', bundle, '-p', built().vendor.publicKeyFile, '-x', `${bundle}.minisig`]);

  it('agrees that the bundle is good', async () => {
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it('agrees that it is bad wherever a bit is flipped', async () => {
    for (const position of positions(5, 0, (await stat(bundle)).size)) {
      await withFlippedBit(position, async () => expect(await verify()).toMatchObject({ code: 1 }));
    }
  });
});

describe.skipIf(skopeo.missing)(`the payload behind the stub, taken out with tail and tar (${skopeo.remedy})`, () => {
  let layout: string;
  beforeAll(async () => {
    layout = join(scratch, 'payload');
    await mkdir(layout);
    const script = 'tail -c +65537 "$1" | tar -x -C "$2"';
    const { code, stderr } = await run('sh', ['-c', script, 'sh', bundle, layout]);
    if (code !== 0) throw new Error(stderr);
  });

  it('is an OCI layout with manifest and signature beside it', async () => {
    const names = await readdir(layout);
    expect(names).toEqual(expect.arrayContaining(['bundle.json', 'bundle.json.minisig', 'oci-layout', 'index.json']));
  });

  it.each([
    ['an image for one architecture', 'registry.k8s.io/kube-apiserver:v1.26.10'],
    ['an image for several', 'docker.io/calico/node:v3.26.1'],
  ])('lets skopeo inspect and copy %s', async (_what, name) => {
    const inspected = await run(skopeo.path, ['inspect', `oci:${layout}:${name}`]);
    expect(inspected).toMatchObject({ code: 0 });
    expect(JSON.parse(inspected.stdout)).toMatchObject({ Os: 'linux' });
    const target = `oci:${join(scratch, 'copied')}:copy`;
    expect(await run(skopeo.path, ['copy', '--all', `oci:${layout}:${name}`, target])).toMatchObject({ code: 0 });
  });

  it('lets skopeo copy a pack, whose one layer is the folder as tar.gz', async () => {
    const name = 'spectro-packs/archive/cni-calico:3.26.1';
    const target = join(scratch, 'pack');
    const copied = await run(skopeo.path, ['copy', `oci:${layout}:${name}`, `dir:${target}`]);
    expect(copied).toMatchObject({ code: 0 });
    const blobs = (await readdir(target))
      .filter((file) => /^[0-9a-f]{64}$/.test(file))
      .map((file) => join(target, file));
    const sizes = await Promise.all(blobs.map(async (path) => ({ path, size: (await stat(path)).size })));
    const archive = sizes.toSorted((a, b) => b.size - a.size)[0]?.path ?? '';
    const listed = await run('tar', ['-tzf', archive]);
    expect(listed.stdout).toMatch(/values\.yaml$/m);
  });
});

/** Flips the lowest bit of one byte while `during` runs. */
async function withFlippedBit(position: number, during: () => Promise<void>): Promise<void> {
  await flip(position);
  try {
    await during();
  } finally {
    await flip(position);
  }
}

async function flip(position: number): Promise<void> {
  const file = await open(bundle, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, position);
    await file.write(Buffer.from([byte.readUInt8() ^ 1]), 0, 1, position);
  } finally {
    await file.close();
  }
}

/** Positions spread over a range, the same in every run. */
function positions(count: number, from: number, to: number): number[] {
  const golden = 0.618_033_988_749_895;
  return Array.from({ length: count }, (_, index) => from + Math.floor((((index + 1) * golden) % 1) * (to - from)));
}
