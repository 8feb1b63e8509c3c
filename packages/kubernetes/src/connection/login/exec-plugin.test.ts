import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ExecPlugin } from './exec-plugin.ts';

const apiVersion = 'client.authentication.k8s.io/v1';
const folder = mkdtempSync(join(tmpdir(), 'sealift-plugin-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A plugin that runs a shell script, and how often it has run. */
function plugin(
  script: string,
  more: object = {},
  timeoutMs = 20_000,
): { readonly login: ExecPlugin; readonly runs: () => number } {
  count += 1;
  const path = join(folder, `login-${count}`);
  const log = `${path}.log`;
  writeFileSync(path, `#!/bin/sh\necho run >> ${log}\n${script}\n`, { mode: 0o755 });
  const settings = { apiVersion, command: path, ...more };
  const login = new ExecPlugin(settings, {
    env: { PATH: '/usr/bin:/bin' },
    cluster: { server: 'https://a' },
    timeoutMs,
  });
  const runs = (): number => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0);
  return { login, runs };
}
const says = (status: object, version = apiVersion): string =>
  `cat <<'END'\n${JSON.stringify({ apiVersion: version, kind: 'ExecCredential', status })}\nEND`;
const later = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('a credential plugin', () => {
  it('is run once for many requests, and again when its login ends or is not accepted', async () => {
    const { login, runs } = plugin(says({ token: 't', expirationTimestamp: later(3_600_000) }));
    const many = await Promise.all([login.credential(), login.credential(), login.credential()]);
    expect(many.map(({ token }) => token)).toEqual(['t', 't', 't']);
    await login.credential();
    expect(runs()).toBe(1);
    login.forget();
    await login.credential();
    expect(runs()).toBe(2);
    const ending = plugin(says({ token: 't', expirationTimestamp: later(5000) }));
    await ending.login.credential();
    await ending.login.credential();
    expect(ending.runs()).toBe(2);
  });

  it('gets its arguments, its variables and what it is asked for', async () => {
    const echo = `printf '{"apiVersion":"${apiVersion}","kind":"ExecCredential","status":{"token":"%s-%s-%s"}}' "$1" "$NAME" "$(printf %s "$KUBERNETES_EXEC_INFO" | tr -d '"{}')"`;
    const { login } = plugin(echo, { args: ['one'], env: [{ name: 'NAME', value: 'two' }], provideClusterInfo: true });
    expect((await login.credential()).token).toBe(
      `one-two-apiVersion:${apiVersion},kind:ExecCredential,spec:interactive:false,cluster:server:https://a`,
    );
  });

  it('may hand out a certificate', async () => {
    const { login } = plugin(says({ clientCertificateData: 'c', clientKeyData: 'k' }));
    expect(await login.credential()).toEqual({ token: undefined, cert: 'c', key: 'k' });
  });

  it.each([
    ['that hangs is stopped', 'exec sleep 60', 'gave none within 0.3 s', 300],
    ['that fails', 'echo "bad s3cr3t" >&2; echo s3cr3t; exit 3', 'ended with code 3'],
    ['that writes no JSON', 'echo s3cr3t', 'wrote no ExecCredential'],
    [
      'of another version',
      says({ token: 's3cr3t' }, 'client.authentication.k8s.io/v1beta1'),
      'wrote no ExecCredential',
    ],
    ['that hands out nothing', says({ clientCertificateData: 's3cr3t' }), 'neither a token nor a certificate'],
    ['that hands out a login that has ended', says({ token: 's3cr3t', expirationTimestamp: later(-1000) }), 'ended at'],
    ['that tells no time', says({ token: 's3cr3t', expirationTimestamp: 'soon' }), 'is no time'],
    ['that writes without end', 'yes s3cr3t', 'wrote more than a login can be'],
  ])('%s, and is named without what it wrote', async (_, script, reason, timeoutMs?: number) => {
    const { login } = plugin(script, {}, timeoutMs);
    const error: unknown = await login.credential().catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'KUBERNETES_LOGIN_MISSING',
      message: expect.stringMatching(new RegExp(`${login.command}.*${reason}`)) as string,
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('s3cr3t');
  });

  it('that is not there is named with how to get it', async () => {
    const settings = { apiVersion, command: '/nowhere/login', installHint: 'install it\nwith care' };
    const login = new ExecPlugin(settings, { env: {}, cluster: {}, timeoutMs: 5000 });
    await expect(login.credential()).rejects.toMatchObject({
      message: expect.stringContaining('/nowhere/login cannot be run; install it with care') as string,
    });
  });

  it('is asked again after it failed', async () => {
    const flag = join(folder, 'flag');
    const { login } = plugin(`[ -e ${flag} ] || { touch ${flag}; exit 1; }\n${says({ token: 't' })}`);
    await expect(login.credential()).rejects.toMatchObject({ code: 'KUBERNETES_LOGIN_MISSING' });
    expect((await login.credential()).token).toBe('t');
  });
});
