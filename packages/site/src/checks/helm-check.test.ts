import { peer } from '@sealift/testkit/peers';
import { nothingApplied } from '@sealift/testkit/upgrade/nothing-applied';
import { describe, expect, it } from 'vitest';
import { helmCheck } from './helm-check.ts';

const helm = peer('helm');
const { content } = nothingApplied;
const needed = { helm: () => Promise.resolve(true), releases: [`sha256:${'e'.repeat(64)}`] };

describe('the check of helm', () => {
  it.skipIf(helm.missing)('passes with its version and place', async () => {
    expect(await helmCheck({ content, helm: { path: helm.path } }, needed)).toMatchObject({
      name: 'helm',
      outcome: 'pass',
      detail: expect.stringMatching(/^v4\.\S* of this machine, at \//) as unknown,
    });
  });

  it('passes without it where no pack needs it, and does not know where nobody can tell', async () => {
    const none = { content, helm: { env: { PATH: '/nowhere' } } };
    expect(await helmCheck(none, { ...needed, helm: () => Promise.resolve(false) })).toMatchObject({ outcome: 'pass' });
    const away = { ...needed, helm: () => Promise.reject(new Error('the registry is away')) };
    expect(await helmCheck(none, away)).toMatchObject({ outcome: 'unknown' });
  });

  it('blocks with what to do where there is none, or another one than was signed', async () => {
    expect(await helmCheck({ content, helm: { env: { PATH: '/nowhere' } } }, needed)).toMatchObject({
      outcome: 'block',
      detail: 'the helm program cannot be run: there is none on the PATH',
      remedy: expect.stringContaining('Install Helm 4') as unknown,
    });
    const check = await helmCheck({ content, helm: { path: '/bin/sh', sha256: '0'.repeat(64) } }, needed);
    expect(check).toMatchObject({ outcome: 'block', remedy: expect.stringContaining('byte for byte') as unknown });
    expect(check.detail).toMatch(/^\/bin\/sh is not the helm that is needed: its SHA-256 is [0-9a-f]{64}, not 0{64}$/);
  });
});
