import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-server-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the console and stops it as soon as it runs. */
async function server(...args: string[]) {
  const { context, written } = testContext({ cancel: AbortSignal.abort() });
  const code = await run(['server', 'run', '--data', join(folder, 'data'), ...args], context);
  return { code, notes: written.notes.join('\n') };
}

describe('sealift server run', () => {
  it.each(['proxy.example', 'localhost', '10.0.0.1/33', '10.0.0.1,', '1.2.3', '::1/200', '10.0.0.0/8/8', ''])(
    'refuses %j as a trusted proxy, which has to be an address',
    async (proxy) => {
      const { code, notes } = await server('--listen', '127.0.0.1:0', '--trusted-proxy', proxy);
      expect([code, notes.includes('code: USAGE'), notes.includes('10.0.0.0/24')]).toEqual([1, true, true]);
    },
  );

  it('takes addresses and ranges of both kinds as trusted proxies', async () => {
    const proxies = '10.0.0.1, 192.168.0.0/16,fd00::/8';
    expect(await server('--listen', '127.0.0.1:0', '--trusted-proxy', proxies)).toMatchObject({ code: 0 });
  }, 60_000);

  it.each([
    [['--kubeconfig', 'x'], '--kubeconfig is of no use without the --vcenter'],
    [['--cluster-name', 'a/b'], 'without the --vcenter'],
    [
      ['--vcenter', 'https://vc.example', '--vcenter-username', 'u', '--cluster-name', 'no-namespace'],
      '--cluster-name no-namespace is not of the form namespace/name',
    ],
    ...['https://harbor.example/x', 'harbor.example/', 'harbor.example/UP', 'a b/x'].map((registry) => [
      ['--vcenter', 'https://vc.example', '--vcenter-username', 'u', '--image-registry', registry],
      `--image-registry ${registry} is not of the form host[:port][/path]`,
    ]),
    [
      ['--vcenter', 'https://vc.example', '--vcenter-username', 'u', '--image-pull-secret', 'a/b'],
      '--image-pull-secret is of no use without --image-registry',
    ],
  ] as [string[], string][])('refuses %j, and starts nothing', async (args, reason) => {
    const { code, notes } = await server('--listen', '127.0.0.1:0', ...args);
    expect(code).toBe(1);
    expect(notes).toContain(reason);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it.each([
    [['--backup-etcd', '/bin/sh'], 'USAGE', 'both or neither'],
    [['--backup-kube-apiserver', '/bin/sh'], 'USAGE', 'both or neither'],
    [['--backup-kube-apiserver', '/nowhere/a', '--backup-etcd', '/bin/sh'], 'FILE_NOT_FOUND', '/nowhere/a'],
    [['--backup-kube-apiserver', '/bin/sh', '--backup-etcd', '/nowhere/b'], 'FILE_NOT_FOUND', '/nowhere/b'],
    [['--backup-kube-apiserver', '/bin', '--backup-etcd', '/bin/sh'], 'USAGE', '/bin is no executable file'],
    [
      ['--backup-kube-apiserver', '/bin/sh', '--backup-etcd', import.meta.filename],
      'USAGE',
      `${import.meta.filename} is no executable file`,
    ],
    [['--rehearsal-programs', '/nowhere'], 'USAGE', '/nowhere is not a folder'],
    [['--rehearsal-programs', '/bin/sh'], 'USAGE', '/bin/sh is not a folder'],
  ] as [string[], string, string][])('refuses %j before anything starts', async (args, code, words) => {
    const told = await server('--listen', '127.0.0.1:0', ...args);
    expect(told.code).toBe(1);
    expect(told.notes).toContain(`code: ${code}`);
    expect(told.notes).toContain(words);
    expect(told.notes).toMatch(/fix: \S/);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it.each([
    ['SEALIFT_TRUSTED_PROXY', 'nowhere.example', 'code: USAGE'],
    ['SEALIFT_CLUSTER_NAME', 'no-namespace', '--cluster-name no-namespace is not of the form namespace/name'],
    ['SEALIFT_IMAGE_REGISTRY', 'https://harbor.example', '--image-registry https://harbor.example is not of the form'],
    ['SEALIFT_VCENTER_THUMBPRINT', 'ab', 'not both'],
  ])('takes %s for the option of that name, which goes before it', async (variable, value, reason) => {
    const vcenter = {
      SEALIFT_VCENTER: 'https://vc.example',
      SEALIFT_VCENTER_USERNAME: 'u',
      SEALIFT_VCENTER_PASSWORD: 'p',
    };
    const env = { ...vcenter, SEALIFT_VCENTER_CA_FILE: variable.endsWith('PRINT') ? 'ca.pem' : '', [variable]: value };
    const { context, written } = testContext({ cancel: AbortSignal.abort(), env });
    const args = ['server', 'run', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0'];
    expect(await run(args, context)).toBe(1);
    expect(written.notes.join('\n')).toContain(reason);
    expect(existsSync(join(folder, 'data'))).toBe(false);
    const option = `--${variable.slice('SEALIFT_'.length).toLowerCase().replaceAll('_', '-')}`;
    const again = testContext({ cancel: AbortSignal.abort(), env });
    await run([...args, option, 'given by the option'], again.context);
    expect(again.written.notes.join('\n')).not.toContain(`${option} ${value}`);
  });

  it('tells a port that is taken from an address that is not of this machine', async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
    const address = taken.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    try {
      expect((await server('--listen', `127.0.0.1:${port}`)).notes).toContain('code: ADDRESS_IN_USE');
      // Of the block for documentation (RFC 5737): no machine has it.
      expect((await server('--listen', '192.0.2.1:8480')).notes).toContain('code: ADDRESS_UNUSABLE');
    } finally {
      taken.close();
    }
  }, 60_000);
});
