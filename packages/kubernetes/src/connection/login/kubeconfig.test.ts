import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validCertificate } from '@sealift/testkit/certificates';
import { afterAll, describe, expect, it } from 'vitest';
import { loadAccess } from './access.ts';
import { readKubeconfig } from './kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealift-kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: unknown): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const config = (name: string, server: string, more: object = {}): object => ({
  clusters: [{ name, cluster: { server } }],
  users: [{ name, user: { token: `token-of-${name}` } }],
  contexts: [{ name, context: { cluster: name, user: name } }],
  'current-context': name,
  ...more,
});
const first = write('first', config('a', 'https://a:6443'));
const second = write('second', config('b', 'https://b:6443'));
const serverOf = async (...[given, env, context]: Parameters<typeof readKubeconfig>): Promise<string | undefined> =>
  (await readKubeconfig(given, env, context))?.cluster.server;

describe('a kubeconfig', () => {
  it('is the one that is given, before those that the environment lists', async () => {
    expect(await serverOf(first, { KUBECONFIG: second }, undefined)).toBe('https://a:6443');
    expect(await serverOf('', { KUBECONFIG: second }, undefined)).toBe('https://b:6443');
    expect(await serverOf(undefined, { KUBECONFIG: second }, undefined)).toBe('https://b:6443');
  });

  it('is made of several files, of which the first one that says something wins and some may be missing', async () => {
    const rival = write('rival', config('a', 'https://rival:6443', { 'current-context': 'b' }));
    const KUBECONFIG = ['/nowhere/config', first, rival, second].join(':');
    expect(await serverOf(undefined, { KUBECONFIG }, undefined)).toBe('https://a:6443');
    expect(await serverOf(undefined, { KUBECONFIG }, 'b')).toBe('https://b:6443');
    expect(await serverOf(undefined, { KUBECONFIG: `${write('nothing', {})}:${second}` }, undefined)).toBe(
      'https://b:6443',
    );
  });

  it('is that of the home folder where nothing is asked for', async () => {
    write('home/.kube/config', config('h', 'https://h:6443'));
    expect(await serverOf(undefined, { HOME: join(folder, 'home') }, undefined)).toBe('https://h:6443');
    expect(await readKubeconfig(undefined, { HOME: join(folder, 'nobody') }, undefined)).toBeUndefined();
  });

  it('means relative paths from its own folder, and a command of the path as it is', async () => {
    const user = (command: string): object => ({
      tokenFile: 'token',
      'client-certificate': '../cert.pem',
      'client-key': '/abs/key.pem',
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command },
    });
    const at = (command: string): string =>
      write('sub/config', config('a', 'https://a', { users: [{ name: 'a', user: user(command) }] }));
    expect((await readKubeconfig(at('./bin/login'), {}, undefined))?.user).toMatchObject({
      tokenFile: join(folder, 'sub/token'),
      'client-certificate': join(folder, 'cert.pem'),
      'client-key': '/abs/key.pem',
      exec: { command: join(folder, 'sub/bin/login') },
    });
    expect((await readKubeconfig(at('aws'), {}, undefined))?.user).toMatchObject({ exec: { command: 'aws' } });
  });

  it.each([
    ['that is missing', '/nowhere/config', undefined, 'there is no file /nowhere/config'],
    ['without the context asked for', first, 'c', 'no context "c"; it has "a"'],
    [
      'without a current context',
      write('none', config('a', 'https://a', { 'current-context': '' })),
      undefined,
      'no current context',
    ],
    [
      'without the cluster',
      write('cluster', config('a', 'https://a', { clusters: [] })),
      undefined,
      'no cluster of the context',
    ],
    ['without the user', write('user', config('a', 'https://a', { users: null })), undefined, 'no user of the context'],
    ['of another form', write('form', { clusters: 'x' }), undefined, 'another form at clusters'],
    ['that is a folder', folder, undefined, 'cannot be read'],
  ])('%s is refused', async (_, path, context, reason) => {
    await expect(readKubeconfig(path, {}, context)).rejects.toMatchObject({
      code: 'KUBERNETES_CONFIG_INVALID',
      message: expect.stringContaining(reason) as string,
    });
  });

  it('that is no YAML is refused without a word of what it holds', async () => {
    const path = write('broken', 'users:\n- name: a\n  user: {token: "s3cr3t-token\n  x: [');
    const error: unknown = await readKubeconfig(path, {}, undefined).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'KUBERNETES_CONFIG_INVALID',
      message: expect.stringContaining(path) as string,
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('s3cr3t');
  });
});

describe('access', () => {
  const access = (cluster: object, user: object = {}) =>
    loadAccess({
      kubeconfig: write(
        'access',
        config('a', '', { clusters: [{ name: 'a', cluster }], users: [{ name: 'a', user }] }),
      ),
      env: {},
    });
  const exec = (more: object): object => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'login', ...more },
  });

  it.each([
    ['a login in the address', { server: 'https://u:p@a' }, {}, 'holds a login'],
    [
      'an authority that is none',
      { server: 'https://a', 'certificate-authority-data': 'eA==' },
      {},
      'none in PEM form',
    ],
    [
      'an authority that is missing',
      { server: 'https://a', 'certificate-authority': '/nowhere/ca' },
      {},
      'cannot be read',
    ],
    ['an old auth-provider', { server: 'https://a' }, { 'auth-provider': { name: 'gcp' } }, 'auth-provider "gcp"'],
    ['groups to act as', { server: 'https://a' }, { as: 'x', 'as-groups': ['g'] }, 'as-groups'],
    ['extra fields to act with', { server: 'https://a' }, { 'as-user-extra': { a: ['b'] } }, 'as-user-extra'],
    ['a plugin that asks questions', { server: 'https://a' }, exec({ interactiveMode: 'Always' }), 'asks questions'],
    ['a plugin of an unknown version', { server: 'https://a' }, exec({ apiVersion: 'v9' }), 'unknown version "v9"'],
  ])('with %s is refused', async (_, cluster, user, reason) => {
    await expect(access(cluster, user)).rejects.toMatchObject({
      code: 'KUBERNETES_CONFIG_INVALID',
      message: expect.stringContaining(reason) as string,
    });
  });

  it('takes bytes in the kubeconfig before a file, and a file as it is now', async () => {
    const path = write('ca.pem', validCertificate);
    const data = Buffer.from(`${validCertificate}\n`).toString('base64');
    const both = await access({
      server: 'https://a/',
      'certificate-authority': '/nowhere',
      'certificate-authority-data': data,
    });
    expect([both.server, await both.ca()]).toEqual(['https://a', `${validCertificate}\n`]);
    const file = await access({ server: 'https://a', 'certificate-authority': path });
    expect(await file.ca()).toBe(validCertificate);
    write('ca.pem', `new\n${validCertificate}`);
    expect(await file.ca()).toBe(`new\n${validCertificate}`);
    // It is being written.
    write('ca.pem', '');
    expect(await file.ca()).toBe(`new\n${validCertificate}`);
    expect(await (await access({ server: 'https://a' })).ca()).toBeUndefined();
  });

  it('is that of the pod where there is no kubeconfig, also by an IPv6 address', async () => {
    write('account/ca.crt', validCertificate);
    const env = { HOME: folder, KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const pod = await loadAccess({ env, accountFolder: join(folder, 'account') });
    expect([pod.server, await pod.ca()]).toEqual(['https://[fd00::1]:443', validCertificate]);
    await expect(loadAccess({ env: { HOME: folder } })).rejects.toMatchObject({ code: 'KUBERNETES_CONFIG_INVALID' });
  });
});
