import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@sealift/oci/digest';
import { peer } from '@sealift/testkit/peers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ClientHome, makeClientHome, password } from './testing/client-home.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const program = peer('crane');

let home: ClientHome | undefined;
afterEach(async () => {
  await home?.end();
});

async function start(tokens: boolean, anonymous: 'none' | 'pull' = 'none') {
  home = await makeClientHome(tokens, anonymous);
  const { folder, run, served } = home;
  await mkdir(join(folder, 'docker'));
  await writeFile(join(folder, 'file'), Buffer.alloc(2_000_000, 'a layer'));
  await run('tar', ['-cf', 'layer.tar', 'file']);
  const crane = async (...args: string[]): Promise<string> => await run(program.path, args);
  const login = async (user: string): Promise<string> =>
    await run(program.path, ['auth', 'login', '-u', user, '--password-stdin', served.registry], password);
  return { folder, crane, login, repository: `${served.registry}/team/image` };
}

describe.skipIf(program.missing)(`our registry and crane (${program.remedy})`, () => {
  it.each([
    { way: 'token', tokens: true },
    { way: 'Basic', tokens: false },
  ])('goes around with a login by $way: append, mutate, index, copy, list, pull, push, delete', async ({ tokens }) => {
    const { folder, crane, login, repository } = await start(tokens);
    await login('writer');
    await crane('append', '--oci-empty-base', '-f', 'layer.tar', '-t', `${repository}:1`);
    await crane('mutate', `${repository}:1`, '--label', 'a=b', '-t', `${repository}:2`);
    const images = ['-m', `${repository}:1`, '-m', `${repository}:2`];
    await crane('index', 'append', ...images, '-t', `${repository}:both`);
    expect((await crane('ls', repository)).split('\n')).toEqual(['1', '2', 'both']);

    const digest = await crane('digest', `${repository}:both`);
    expect(digestOf(await crane('manifest', `${repository}:both`))).toBe(digest);
    await crane('validate', '--remote', `${repository}:both`);
    const copy = repository.replace('team', 'other');
    await crane('copy', `${repository}:both`, `${copy}:x`);
    expect(await crane('digest', `${copy}:x`)).toBe(digest);

    await crane('pull', '--format', 'oci', `${copy}@${digest}`, 'pulled');
    const index = JSON.parse(await readFile(join(folder, 'pulled', 'index.json'), 'utf8')) as object;
    expect(index).toMatchObject({ manifests: [{ digest }] });
    await crane('pull', `${repository}:1`, 'one.tar');
    await crane('push', 'one.tar', `${copy}:one`);
    await crane('validate', '--remote', `${copy}:one`);

    await crane('delete', `${copy}@${digest}`);
    await expect(crane('digest', `${copy}:x`)).rejects.toThrow(/MANIFEST_UNKNOWN|404/);
  });

  it('lets readers pull, and everybody where that is allowed', async () => {
    const { crane, login, repository } = await start(true, 'pull');
    await login('writer');
    await crane('append', '--oci-empty-base', '-f', 'layer.tar', '-t', `${repository}:1`);
    await crane('auth', 'logout', repository.split('/')[0] ?? '');
    await crane('validate', '--remote', `${repository}:1`);
    const push = (): Promise<string> =>
      crane('append', '--oci-empty-base', '-f', 'layer.tar', '-t', `${repository.replace('team', 'new')}:2`);
    await expect(push()).rejects.toThrow(/401|UNAUTHORIZED/);
    await login('reader');
    await expect(push()).rejects.toThrow(/403|DENIED/);
  });
});
