import type { UpgradeEvidence } from '@sealift/core/evidence';
import { describe, expect, it } from 'vitest';
import { generateKeyPair, sign, startPrehash } from '../minisign/index.ts';
import { readSignedEvidence, signEvidence } from './signed-evidence.ts';

const at = '2026-11-01T10:00:00.000Z';
const nodeImage = { needed: false, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.8', reason: 'It stays.' };
const release = `sha256:${'a'.repeat(64)}`;
const evidence: UpgradeEvidence = {
  kind: 'sealift-upgrade-evidence',
  format: 1,
  writtenAt: at,
  upgrade: {
    id: 'u1',
    product: 'Harborview',
    from: '4.2.12',
    to: '4.2.13',
    createdAt: at,
    finishedAt: at,
    state: 'aborted',
    failure: null,
  },
  site: { simulated: true, vcenter: null },
  approval: { by: 'ann', at, hash: 'f'.repeat(64), problem: null },
  plan: {
    product: 'Harborview',
    from: '4.2.12',
    to: '4.2.13',
    nodeImage,
    hops: [{ from: '4.2.12', to: '4.2.13', release, steps: [] }],
  },
  merges: [],
  risks: [],
  preflight: { at, checks: [] },
  releases: [],
  course: [],
  steps: [],
  journal: { entries: 0, problem: null },
  before: null,
  after: { at, recorded: '4.2.12', nodes: null, layers: null, problems: ['Ünreachable'] },
  statements: [],
  audit: { sequence: 1, hash: 'a' },
};
const site = generateKeyPair();
const file = (document: object = evidence): Buffer => {
  const line = `${JSON.stringify(document)}\n`;
  return Buffer.from(line + sign(site, startPrehash().update(line), 'evidence'));
};
const read = (bytes: Buffer, keys = [site.publicKey]) => readSignedEvidence(bytes, keys, 'the file');

describe('signed evidence', () => {
  it('is read back by the key of the console alone', () => {
    const signed = Buffer.from(signEvidence(evidence, site));
    expect(signed.toString().split('\n')).toHaveLength(6);
    expect(read(signed)).toMatchObject({ evidence, key: { keyId: site.publicKey.keyId } });
    expect(read(signed).trustedComment).toContain('evidence of upgrade u1, aborted');
    const stranger = generateKeyPair().publicKey;
    expect(() => read(signed, [stranger])).toThrow(
      expect.objectContaining({
        code: 'SIGNATURE_KEY_UNTRUSTED',
        message: expect.stringContaining(site.publicKey.fingerprint),
        hint: expect.stringContaining('sealift evidence keys'),
      }),
    );
  });

  it('is refused where a byte of it is another, wherever', () => {
    const signed = Buffer.from(signEvidence(evidence, site));
    for (let at = 0; at < signed.length; at += 7) {
      const changed = Buffer.from(signed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => read(changed)).toThrow(expect.objectContaining({ exit: 2 }));
    }
    const said = Buffer.from(signed.toString().replace('"state":"aborted"', '"state":"succeeded"'));
    expect(() => read(said)).toThrow(
      expect.objectContaining({ code: 'SIGNATURE_WRONG', hint: expect.stringContaining('nothing in it counts') }),
    );
  });

  it.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'no signature'],
    ['a document without a signature', Buffer.from(JSON.stringify(evidence)), 'no signature'],
    ['a longer text', Buffer.from(`{}\n${'x'.repeat(5000)}`), 'no signature'],
    ['another kind', file({ kind: 'sealift-bundle-check', formatVersion: 1 }), 'another kind'],
    ['another format', file({ ...evidence, format: 2 }), 'format 2'],
    ['what the format does not know', file({ ...evidence, more: 1 }), 'more'],
  ])('is not %s', (_, bytes, reason) => {
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({ code: 'EVIDENCE_INVALID', message: expect.stringContaining(reason) }),
    );
  });
});
