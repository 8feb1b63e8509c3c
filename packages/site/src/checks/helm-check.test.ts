import { peer } from '@sealift/testkit/peers';
import { describe, expect, it } from 'vitest';
import { helmCheck } from './helm-check.ts';

const helm = peer('helm');
const needed = { helm: () => Promise.resolve(true) };

describe('the check of helm', () => {
  it.skipIf(helm.missing)('passes with its version and place', async () => {
    expect(await helmCheck({ path: helm.path }, needed)).toMatchObject({
      name: 'helm',
      outcome: 'pass',
      detail: expect.stringMatching(/^v4\.\S* at \//) as unknown,
    });
  });

  it('passes without it where no pack needs it, and does not know where nobody can tell', async () => {
    const none = { env: { PATH: '/nowhere' } };
    expect(await helmCheck(none, { helm: () => Promise.resolve(false) })).toMatchObject({ outcome: 'pass' });
    const away = { helm: () => Promise.reject(new Error('the registry is away')) };
    expect(await helmCheck(none, away)).toMatchObject({ outcome: 'unknown' });
  });

  it('blocks with what to do where there is none, or another one than was signed', async () => {
    expect(await helmCheck({ env: { PATH: '/nowhere' } }, needed)).toMatchObject({
      outcome: 'block',
      detail: 'the helm program cannot be run: there is none on the PATH',
      remedy: expect.stringContaining('Install Helm 4') as unknown,
    });
    const check = await helmCheck({ path: '/bin/sh', sha256: '0'.repeat(64) }, needed);
    expect(check).toMatchObject({ outcome: 'block', remedy: expect.stringContaining('byte for byte') as unknown });
    expect(check.detail).toMatch(/^\/bin\/sh is not the helm that is needed: its SHA-256 is [0-9a-f]{64}, not 0{64}$/);
  });
});
