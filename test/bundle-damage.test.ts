import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createBundle, type CreateBundleOptions } from '@sealift/bundle/create';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { verifyBundle } from '@sealift/bundle/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeExecutable } from './setup/bundle-executable.ts';
import { type Damaged, damage, type DamageInput, damageKinds, damages, stubBytes } from './setup/damage.ts';
import { SeededRandom } from './setup/random.ts';
import { type Finished, run, sealift } from './setup/sealift.ts';

/** Set to the number that a failure names to damage the same places again. */
const seed = Number(process.env['SEALIFT_DAMAGE_SEED'] ?? Math.floor(Math.random() * 1e9));
const vendor = generateKeyPair();
const runsAtOnce = 2;
/** Half a minute on two idle processors; many times that where others work on them too. */
const sampleTimeoutMs = 600_000;

let scratch: string;
/** A bundle of a few hundred kilobytes, whose executable is a line of shell. */
let small: DamageInput;
/** A bundle with the real executable, to be run. */
let real: DamageInput;
let env: NodeJS.ProcessEnv;
let registry: Server;
/** Requests that would change something in the registry. */
const writes: string[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'sealift-damage-'));
  const script = join(scratch, 'script.gz');
  await writeFile(script, gzipSync('#!/bin/sh\nexit 42\n'));
  small = await twoBundles('small', script);
  const executable = join(scratch, 'sealift.gz');
  await takeExecutable(executable);
  real = await twoBundles('real', executable);
  const keys = join(scratch, 'keys');
  await mkdir(keys);
  await writeFile(join(keys, 'vendor.pub'), formatPublicKey(vendor.publicKey));
  registry = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') writes.push(`${request.method} ${request.url}`);
    const isPing = request.method === 'GET' && request.url === '/v2/';
    response.writeHead(isPing ? 200 : request.method === 'POST' ? 403 : 404).end();
  });
  await new Promise<void>((done) => registry.listen(0, '127.0.0.1', done));
  const address = registry.address();
  const name = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  env = {
    PATH: process.env['PATH'],
    HOME: join(scratch, 'home'),
    TMPDIR: scratch,
    SEALIFT_BIN_DIR: join(scratch, 'bin'),
    SEALIFT_TRUSTED_KEYS: keys,
    OCI_PACK_REGISTRY: name,
    OCI_PACK_BASE: 'packs',
    OCI_IMAGE_REGISTRY: name,
    OCI_IMAGE_BASE: 'images',
  };
});

afterAll(async () => {
  await new Promise((done) => registry?.close(done));
  await rm(scratch, { recursive: true, force: true });
});

/** A bundle of a small release, and one of its next version. */
async function twoBundles(name: string, gzipPath: string): Promise<DamageInput> {
  const folder = join(scratch, name);
  await mkdir(folder);
  const releaseFile = await writeSmallRelease(folder);
  const make = async (): Promise<Buffer> => {
    const executables: CreateBundleOptions['executables'] = [{ architecture: 'amd64', gzipPath }];
    const output = join(folder, 'bundle.bin');
    await createBundle({ releaseFile, output, secretKey: vendor, executables });
    return await readFile(output);
  };
  const bytes = await make();
  const text = await readFile(releaseFile, 'utf8');
  await writeFile(releaseFile, text.replace('version: 4.2.13', 'version: 4.2.14'));
  return { bytes, other: await make() };
}

/** Does every piece of work, a few at a time; each is told which of them it is. */
async function forEachAtOnce<Item>(items: readonly Item[], work: (item: Item, index: number) => Promise<void>) {
  const left = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: runsAtOnce }, worker));
}

/** One damage of every kind, and of some kinds more, until there are so many. */
function sample(count: number, offset: number): readonly Damaged[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = damageKinds[index % damageKinds.length] ?? 'bit in a file';
    return damage(kind, real, new SeededRandom(seed + offset + index));
  });
}

/** Calls a program with a damaged bundle in place of `FILE`. */
async function withDamaged(
  { bytes }: { readonly bytes: Buffer },
  command: string,
  args: readonly string[],
  name: string,
): Promise<Finished> {
  const folder = join(scratch, name);
  const file = join(folder, 'airgap.bin');
  await mkdir(folder);
  try {
    await writeFile(file, bytes, { mode: 0o755 });
    const given = args.map((argument) => (argument === 'FILE' ? file : argument));
    return await run(command, given, { env, cwd: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe(`a damaged bundle (SEALIFT_DAMAGE_SEED=${seed})`, () => {
  it('is verified while it is whole', async () => {
    const file = join(scratch, 'whole.bin');
    for (const { bytes } of [small, real]) {
      await writeFile(file, bytes);
      await verifyBundle(file, { trustedKeys: [vendor.publicKey] });
    }
  });

  it('is refused with exit code 2, each of two thousand', async () => {
    const cases = damageKinds.flatMap((kind) => Array.from({ length: damages[kind].times }, () => kind));
    expect(cases.length).toBeGreaterThanOrEqual(2000);
    const file = join(scratch, 'damaged.bin');
    const accepted: string[] = [];
    for (const [index, kind] of cases.entries()) {
      const { what, bytes } = damage(kind, small, new SeededRandom(seed + index));
      await writeFile(file, bytes);
      const exit = await verifyBundle(file, { trustedKeys: [vendor.publicKey] }).then(
        () => 0,
        (error: unknown) => (error instanceof Error && 'exit' in error ? error.exit : error),
      );
      if (exit !== 2) accepted.push(`${what}: ${String(exit)}`);
    }
    expect(accepted).toEqual([]);
  });

  it(
    'makes sealift bundle verify exit with 2 and say what to do',
    async () => {
      const wrong: unknown[] = [];
      await forEachAtOnce(sample(25, 10_000), async (damaged, index) => {
        const found = await withDamaged(damaged, sealift, ['bundle', 'verify', 'FILE'], `verify-${index}`);
        if (found.code !== 2 || !/fix: .+/.test(found.stderr)) wrong.push([damaged.what, found]);
      });
      expect(wrong).toEqual([]);
    },
    sampleTimeoutMs,
  );

  it('sends something when it is run whole, which the registry then refuses', async () => {
    const { code } = await withDamaged(real, 'sh', ['FILE'], 'run-whole');
    expect(code).toBe(1);
    expect(writes.splice(0)).not.toEqual([]);
    await rm(join(scratch, 'bin'), { recursive: true });
  });

  it(
    'does not succeed when it is run, exits with 2 for damage behind the stub, sets nothing up and sends nothing',
    async () => {
      const wrong: unknown[] = [];
      await forEachAtOnce(sample(40, 20_000), async (damaged, index) => {
        const args = index % 3 === 0 ? ['FILE', '--check'] : ['FILE'];
        const found = await withDamaged(damaged, 'sh', args, `run-${index}`);
        const isRight = damaged.at < stubBytes ? found.code !== 0 : found.code === 2;
        if (!isRight) wrong.push([damaged.what, args, found]);
      });
      expect(wrong).toEqual([]);
      expect(writes).toEqual([]);
      await expect(stat(join(scratch, 'bin'))).rejects.toMatchObject({ code: 'ENOENT' });
    },
    sampleTimeoutMs,
  );
});
