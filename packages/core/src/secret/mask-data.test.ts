import { describe, expect, it } from 'vitest';
import { maskData } from './mask-data.ts';

describe('plain data', () => {
  it('is shown without the values of secret keys, whatever their type', () => {
    const data = {
      password: 'hunter2',
      pin: 4,
      token: 123456,
      keys: ['a'],
      secrets: { a: ['x', 7], enabled: true, name: 'n' },
    };
    expect(maskData(data)).toEqual({
      password: '***',
      pin: 4,
      token: '***',
      keys: ['a'],
      secrets: { a: ['***', '***'], enabled: true, name: 'n' },
    });
  });

  it('is shown without the value beside a name that says so, in either order', () => {
    const env = [
      { name: 'DB_PASSWORD', value: 'hunter2' },
      { value: 'hunter2', name: 'API_TOKEN' },
      { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
      { name: 'LOG', value: 'debug' },
    ];
    expect(maskData({ env })).toEqual({
      env: [{ name: 'DB_PASSWORD', value: '***' }, { value: '***', name: 'API_TOKEN' }, env[2], env[3]],
    });
  });

  it('is shown without what a Kubernetes Secret holds, and without an argument after its flag', () => {
    const secret = { kind: 'Secret', metadata: { name: 'x' }, data: { user: 'Ym9i' }, stringData: { a: 'b' } };
    expect(maskData(secret)).toEqual({ ...secret, data: { user: '***' }, stringData: { a: '***' } });
    const config = { kind: 'ConfigMap', data: { user: 'bob' } };
    expect(maskData(config)).toEqual(config);
    expect(maskData({ args: ['--password', 'hunter2', '--host', 'h'] })).toEqual({
      args: ['--password', '***', '--host', 'h'],
    });
  });

  it('is shown with references, settings and what is empty', () => {
    const data = {
      existingSecret: 'mine',
      imagePullSecrets: [{ name: 'regcred' }, 'other'],
      tokenExpirationSeconds: 3600,
      password: '',
      token: null,
      secret: '{{ .spectro.var.x }}',
      automountToken: true,
    };
    expect(maskData(data)).toEqual(data);
  });

  it('keeps a key named __proto__ a key', () => {
    const data: unknown = JSON.parse('{"__proto__":{"password":"hunter2"}}');
    expect(JSON.stringify(maskData(data))).toBe('{"__proto__":{"password":"***"}}');
  });
});
