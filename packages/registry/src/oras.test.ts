import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@sealift/oci/digest';
import { peer } from '@sealift/testkit/peers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ClientHome, makeClientHome, password } from './testing/client-home.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const program = peer('oras');
const content = Buffer.alloc(3_000_000, 'what an artifact holds');

let home: ClientHome | undefined;
afterEach(async () => {
  await home?.end();
});

async function start(tokens: boolean, anonymous: 'none' | 'pull' = 'none') {
  home = await makeClientHome(tokens, anonymous);
  const { folder, run, served } = home;
  const oras = async (...args: string[]): Promise<string> => await run(program.path, args);
  const login = async (user: string): Promise<string> =>
    await run(program.path, ['login', '--plain-http', '-u', user, '--password-stdin', served.registry], password);
  await writeFile(join(folder, 'content.bin'), content);
  await writeFile(join(folder, 'signature.txt'), 'signed');
  return { folder, oras, login, repository: `${served.registry}/team/artifact`, storage: served.storage };
}

describe.skipIf(program.missing)(`our registry and oras (${program.remedy})`, () => {
  it.each([
    { way: 'token', tokens: true },
    { way: 'Basic', tokens: false },
  ])('goes around with a login by $way: push, attach, discover, tags, copy, pull, delete', async ({ tokens }) => {
    const { folder, oras, login, repository } = await start(tokens);
    await login('writer');
    const type = 'application/vnd.example.artifact';
    const file = 'content.bin:application/vnd.example.content';
    await oras('push', '--plain-http', '--artifact-type', type, `${repository}:1,latest`, file);
    const manifest = JSON.parse(await oras('manifest', 'fetch', '--plain-http', `${repository}:1`)) as {
      artifactType: string;
      layers: { digest: string }[];
    };
    expect(manifest).toMatchObject({ artifactType: type, layers: [{ digest: digestOf(content) }] });
    expect((await oras('repo', 'tags', '--plain-http', repository)).split('\n')).toEqual(['1', 'latest']);

    const signature = 'application/vnd.example.signature';
    await oras('attach', '--plain-http', '--artifact-type', signature, `${repository}:1`, 'signature.txt:text/plain');
    const discover = ['discover', '--plain-http', '--format', 'json'];
    expect(JSON.parse(await oras(...discover, '--artifact-type', signature, `${repository}:1`))).toMatchObject({
      referrers: [{ artifactType: signature }],
    });
    expect(await oras(...discover, '--artifact-type', 'none/such', `${repository}:1`)).not.toContain(signature);

    const plain = ['--from-plain-http', '--to-plain-http'];
    const copy = repository.replace('team', 'other');
    await oras('copy', '--recursive', ...plain, `${repository}:1`, `${copy}:1`);
    const digest = await oras('resolve', '--plain-http', `${repository}:1`);
    expect(await oras('resolve', '--plain-http', `${copy}:1`)).toBe(digest);
    expect(await oras(...discover, `${copy}:1`)).toContain(signature);
    await oras('pull', '--plain-http', '--output', 'pulled', `${copy}@${digest}`);
    expect(digestOf(await readFile(join(folder, 'pulled', 'content.bin')))).toBe(digestOf(content));

    await oras('manifest', 'delete', '--plain-http', '--force', `${copy}@${digest}`);
    await expect(oras('resolve', '--plain-http', `${copy}:1`)).rejects.toThrow(/not found/);
  });

  it('lets readers pull, and everybody where that is allowed', async () => {
    const { folder, oras, login, repository } = await start(true, 'pull');
    await login('writer');
    await oras('push', '--plain-http', `${repository}:1`, 'content.bin');
    await oras('logout', repository.split('/')[0] ?? '');
    await oras('pull', '--plain-http', '--output', 'pulled', `${repository}:1`);
    expect((await readFile(join(folder, 'pulled', 'content.bin'))).equals(content)).toBe(true);
    await expect(oras('push', '--plain-http', `${repository}:2`, 'content.bin')).rejects.toThrow(/401|unauthorized/i);
    await login('reader');
    await expect(oras('push', '--plain-http', `${repository}:2`, 'content.bin')).rejects.toThrow(/403|denied/i);
    const registry = repository.split('/')[0] ?? '';
    await expect(oras('login', '--plain-http', '-u', 'reader', '-p', 'wrong', registry)).rejects.toThrow(
      /unauthorized/,
    );
  });
});
