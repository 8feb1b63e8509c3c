import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expiredCertificate, otherNameCertificate, testKey, validCertificate } from '@sealift/testkit/certificates';
import { isAlive } from '@sealift/io/process-identity';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesClient } from '../client.ts';

const path = '/api/v1/namespaces/x/configmaps/y';
const fingerprint = (pem: string): string => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
const otherKey = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----`;

describe('a login', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-login-'));
  let seen: { readonly authorization: string; readonly certificate: string; readonly user: string }[] = [];
  /** Of tokens and certificates; everything is accepted where there is none. */
  let accepted: readonly string[] = [];
  let refusal = '{"kind":"Status","message":"Unauthorized"}';
  const server = createServer(
    { key: testKey, cert: validCertificate, requestCert: true, rejectUnauthorized: false },
    (request: IncomingMessage, response: ServerResponse) => {
      request.resume();
      const { raw } = (request.socket as TLSSocket).getPeerCertificate();
      const certificate = raw === undefined ? '' : createHash('sha256').update(raw).digest('hex');
      const authorization = request.headers.authorization ?? '';
      seen.push({ authorization, certificate, user: String(request.headers['impersonate-user'] ?? '') });
      const good = accepted.length === 0 || accepted.includes(authorization) || accepted.includes(certificate);
      response.writeHead(good ? 200 : 401).end(good ? '{"kind":"ConfigMap"}\n' : refusal);
    },
  );
  const clients: KubernetesClient[] = [];
  let address = '';

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = server.address();
    address = `https://localhost:${typeof at === 'object' ? at?.port : 0}`;
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    seen = [];
    accepted = [];
    refusal = '{"kind":"Status","message":"Unauthorized"}';
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const file = (name: string, content: string, mode = 0o600): string => {
    writeFileSync(join(folder, name), content, { mode });
    return join(folder, name);
  };
  const connect = async (user: object, pluginTimeoutMs?: number): Promise<KubernetesClient> => {
    const cluster = { server: address, 'certificate-authority-data': Buffer.from(validCertificate).toString('base64') };
    const kubeconfig = file(
      'config',
      JSON.stringify({
        clusters: [{ name: 'x', cluster }],
        users: [{ name: 'x', user }],
        contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
        'current-context': 'x',
      }),
    );
    const client = await KubernetesClient.connect({
      kubeconfig,
      env: { PATH: '/usr/bin:/bin' },
      retryDelaysMs: [],
      pluginTimeoutMs,
    });
    clients.push(client);
    return client;
  };
  const tokens = (): readonly string[] => seen.map(({ authorization }) => authorization);
  const plugin = (script: string): object => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: file('plugin', `#!/bin/sh\n${script}\n`, 0o700) },
  });
  const handsOut = (token: string): string =>
    `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' ${token}`;

  it('is the token of a file as it is at each request, and the last good one while the file is written', async () => {
    const tokenFile = file('token', 'one\n');
    const client = await connect({ token: 'old', tokenFile });
    await client.read(path);
    file('token', 'two\n');
    await client.read(path);
    file('token', '');
    await client.read(path);
    rmSync(tokenFile);
    await client.read(path);
    expect(tokens()).toEqual(['Bearer one', 'Bearer two', 'Bearer two', 'Bearer two']);
  });

  it('is a name and a password, and whom to act as', async () => {
    const client = await connect({ username: 'ü', password: 'p', as: 'admin' });
    await client.read(path);
    expect(seen).toMatchObject([{ authorization: `Basic ${Buffer.from('ü:p').toString('base64')}`, user: 'admin' }]);
  });

  it('is a client certificate as it is at each request, and the last good pair while one of the two is old', async () => {
    const client = await connect({
      'client-certificate': file('cert', validCertificate),
      'client-key': file('key', testKey),
    });
    await client.read(path);
    file('cert', otherNameCertificate);
    await client.read(path);
    file('key', otherKey);
    await client.read(path);
    expect(seen.map(({ certificate }) => certificate)).toEqual(
      [validCertificate, otherNameCertificate, otherNameCertificate].map(fingerprint),
    );
  });

  it('that is not accepted is read anew once, also for what changes something', async () => {
    const tokens_ = file('handed-out', 'one');
    const client = await connect(plugin(handsOut(`"$(cat ${tokens_})"`)));
    accepted = ['Bearer one'];
    await client.read(path);
    file('handed-out', 'two');
    accepted = ['Bearer two'];
    await client.patch(path, { data: {} });
    await client.read(path);
    expect(tokens()).toEqual(['Bearer one', 'Bearer one', 'Bearer two', 'Bearer two']);
  });

  it('that is not accepted is read anew for what streams too', async () => {
    const handedOut = file('handed-out', 'one');
    const client = await connect(plugin(handsOut(`"$(cat ${handedOut})"`)));
    const read = async (): Promise<readonly string[]> => {
      const lines: string[] = [];
      const limits = { idleTimeoutMs: 20_000, deadlineMs: 20_000, lineLimitBytes: 1000 };
      for await (const line of client.stream({ path }, limits)) lines.push(line);
      return lines;
    };
    expect(await read()).toEqual(['{"kind":"ConfigMap"}']);
    file('handed-out', 'two');
    accepted = ['Bearer two'];
    expect(await read()).toEqual(['{"kind":"ConfigMap"}']);
    expect(tokens()).toEqual(['Bearer one', 'Bearer one', 'Bearer two']);
    accepted = ['nothing'];
    await expect(read()).rejects.toMatchObject({ code: 'KUBERNETES_LOGIN_REFUSED' });
  });

  it('that stays the same is not tried again, and is said to be refused with what to do', async () => {
    accepted = ['nothing'];
    const refused = (hint: string) => ({
      code: 'KUBERNETES_LOGIN_REFUSED',
      next: 'needs-a-person',
      hint: expect.stringContaining(hint) as string,
    });
    await expect((await connect({ token: 's3cr3t' })).read(path)).rejects.toMatchObject(refused('the user "x" of'));
    expect(seen).toHaveLength(1);
    const tokenFile = file('token', 's3cr3t');
    await expect((await connect({ tokenFile })).read(path)).rejects.toMatchObject(refused(tokenFile));
    refusal = 'Unauthorized';
    await expect((await connect(plugin(handsOut('s3cr3t')))).read(path)).rejects.toMatchObject(
      refused(join(folder, 'plugin')),
    );
    const pair = { 'client-certificate': file('cert', expiredCertificate), 'client-key': file('key', testKey) };
    await expect((await connect(pair)).read(path)).rejects.toMatchObject(refused('2001-01-01'));
  });

  it('that changes each time and is never accepted is tried twice, not for ever', async () => {
    accepted = ['nothing'];
    const client = await connect(plugin(handsOut('"$$"')));
    await expect(client.read(path)).rejects.toMatchObject({ code: 'KUBERNETES_LOGIN_REFUSED' });
    expect(seen).toHaveLength(2);
  });

  it('does not wait for a plugin that hangs, nor after it is cancelled', async () => {
    const client = await connect(plugin('exec sleep 60'), 300);
    await expect(client.read(path)).rejects.toMatchObject({
      code: 'KUBERNETES_LOGIN_MISSING',
      message: expect.stringContaining(`${join(folder, 'plugin')} gave none within 0.3 s`) as string,
    });
    const pid = join(folder, 'pid');
    const waiting = await connect(plugin(`echo $$ > ${pid}; exec sleep 60`));
    const cancel = new AbortController();
    const read = waiting.read(path, cancel.signal);
    setImmediate(() => cancel.abort());
    await expect(read).rejects.toMatchObject({ code: 'CANCELLED' });
    // Others may still wait for it, until the client is closed.
    await expect.poll(() => existsSync(pid) && readFileSync(pid, 'utf8') !== '', { timeout: 10_000 }).toBe(true);
    expect(isAlive(Number(readFileSync(pid, 'utf8')))).toBe(true);
    waiting.close();
    await expect.poll(() => isAlive(Number(readFileSync(pid, 'utf8'))), { timeout: 10_000 }).toBe(false);
    expect(seen).toEqual([]);
  });

  it.each([
    ['with a certificate and no key', { 'client-certificate-data': 'eA==' }, 'without its key'],
    [
      'with a certificate that is none',
      { 'client-certificate-data': 'eA==', 'client-key-data': 'eA==' },
      'none in PEM form',
    ],
    [
      'with a key of another certificate',
      { 'client-certificate-data': btoa(validCertificate), 'client-key-data': btoa(otherKey) },
      'not of its certificate',
    ],
    ['with a token file that is missing', { tokenFile: '/nowhere/token' }, '/nowhere/token'],
    ['with a token that is no header', { token: 's3cr3t\r\nx: y' }, 'cannot be sent'],
  ])('%s is not sent', async (_, user, reason) => {
    const client = await connect(user);
    const error: unknown = await client.read(path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'KUBERNETES_LOGIN_MISSING',
      message: expect.stringContaining(reason) as string,
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('s3cr3t');
    expect(seen).toEqual([]);
  });
});
