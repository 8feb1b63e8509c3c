import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@sealift/oci/digest';
import { peer } from '@sealift/testkit/peers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ClientHome, makeClientHome, password } from './testing/client-home.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const program = peer('helm');

let home: ClientHome | undefined;
afterEach(async () => {
  await home?.end();
});

describe.skipIf(program.missing)(`our registry and helm (${program.remedy})`, () => {
  it.each([
    { way: 'token', tokens: true },
    { way: 'Basic', tokens: false },
  ])('goes around with a login by $way: a chart is pushed, shown and pulled', async ({ tokens }) => {
    home = await makeClientHome(tokens);
    const { folder, run, served } = home;
    const helm = async (...args: string[]): Promise<string> => await run(program.path, args);
    const login = async (user: string, secret = password): Promise<string> =>
      await run(
        program.path,
        ['registry', 'login', '--plain-http', '-u', user, '--password-stdin', served.registry],
        secret,
      );
    const charts = `oci://${served.registry}/team/charts`;
    await helm('create', 'sample');
    await helm('package', 'sample', '--version', '1.2.3+build.4');
    const archive = await readFile(join(folder, 'sample-1.2.3+build.4.tgz'));

    await expect(login('writer', 'wrong')).rejects.toThrow(/401|unauthorized/i);
    await login('writer');
    await helm('push', '--plain-http', 'sample-1.2.3+build.4.tgz', charts);
    expect(await served.storage.manifests.tags('team/charts/sample')).toEqual(['1.2.3_build.4']);
    expect(await helm('show', 'chart', '--plain-http', `${charts}/sample`)).toContain('version: 1.2.3+build.4');
    await login('reader');
    await mkdir(join(folder, 'pulled'));
    await helm('pull', '--plain-http', '--version', '1.2.3+build.4', '--destination', 'pulled', `${charts}/sample`);
    expect(digestOf(await readFile(join(folder, 'pulled', 'sample-1.2.3+build.4.tgz')))).toBe(digestOf(archive));
    await expect(helm('push', '--plain-http', 'sample-1.2.3+build.4.tgz', `${charts}/other`)).rejects.toThrow(
      /403|denied/i,
    );
  });
});
