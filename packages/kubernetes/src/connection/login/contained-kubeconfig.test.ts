import { Secret } from '@sealift/core/secret';
import { describe, expect, it } from 'vitest';
import { loadAccess } from './access.ts';
import { containKubeconfig } from './contained-kubeconfig.ts';

const config = (cluster: object, user: object, more: object = {}): Secret =>
  new Secret(
    JSON.stringify({
      clusters: [
        { name: 'other', cluster: { server: 'https://other:6443' } },
        { name: 'a', cluster: { server: 'https://a:6443', ...cluster } },
      ],
      users: [
        { name: 'other', user: { token: 'other-token' } },
        { name: 'a', user: { token: 'a-token', ...user } },
      ],
      contexts: [
        { name: 'a', context: { cluster: 'a', user: 'a' } },
        { name: 'other', context: { cluster: 'other', user: 'other' } },
      ],
      'current-context': 'a',
      ...more,
    }),
  );

describe('a kubeconfig that somebody sent', () => {
  it('is kept as the one context that is wanted, and leads where it led', async () => {
    const { text, server } = containKubeconfig(config({}, {}));
    expect(server).toBe('https://a:6443');
    expect(text.reveal()).not.toContain('other');
    const access = await loadAccess({ text });
    expect(access.server).toBe('https://a:6443');
    expect((await access.credentials.current()).headers).toEqual({ authorization: 'Bearer a-token' });
    expect(containKubeconfig(config({}, {}), 'other').server).toBe('https://other:6443');
  });

  it.each<[string, object, object]>([
    ['runs a program', {}, { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/sh' } }],
    ['logs in through an auth-provider', {}, { 'auth-provider': { name: 'oidc' } }],
    ['names a token file', {}, { tokenFile: '/etc/passwd' }],
    ['names a client certificate', {}, { 'client-certificate': '/etc/passwd' }],
    ['names a client key', {}, { 'client-key': 'key.pem', 'client-key-data': 'eA==' }],
    ['names a certificate authority', { 'certificate-authority': 'ca.pem' }, {}],
    ['turns off the check of certificates', { 'insecure-skip-tls-verify': true }, {}],
  ])('is refused where it %s, kept or used', async (_what, cluster, user) => {
    const text = config(cluster, user);
    expect(() => containKubeconfig(text)).toThrow(expect.objectContaining({ code: 'KUBERNETES_CONFIG_NOT_CONTAINED' }));
    await expect(loadAccess({ text })).rejects.toMatchObject({ code: 'KUBERNETES_CONFIG_NOT_CONTAINED' });
    // What another context does is nobody's concern: it is not kept.
    expect(containKubeconfig(text, 'other').text.reveal()).not.toContain('a:6443');
  });

  it('does not become another login by what is left out of it', async () => {
    const { text } = containKubeconfig(config({}, { as: 'bob', 'as-groups': ['viewers'] }));
    await expect(loadAccess({ text })).rejects.toMatchObject({ code: 'KUBERNETES_CONFIG_INVALID' });
  });

  it('never shows what is in it where it is none', () => {
    for (const text of ['s3cr3t: [', '- s3cr3t', '{"clusters": "s3cr3t"}', 'a: &a [*a, *a]']) {
      let message = '';
      try {
        containKubeconfig(new Secret(text));
      } catch (error) {
        message = String(error);
      }
      expect(message).toMatch(/Error: \w/);
      expect(message).not.toContain('s3cr3t');
    }
  });
});
