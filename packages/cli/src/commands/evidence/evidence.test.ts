import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { signEvidence } from '@sealift/bundle/signed-evidence';
import type { UpgradeEvidence } from '@sealift/core/evidence';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digest, ScriptedConsole } from '../../testing/scripted-console.ts';

const at = '2026-11-01T10:00:00.000Z';
const site = generateKeyPair();
const { keyId, fingerprint } = site.publicKey;
const key = { keyId, fingerprint, publicKey: formatPublicKey(site.publicKey), madeAt: at, retiredAt: null };
const nodeImage = { needed: false, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.8', reason: 'It stays.' };
const step = {
  hop: 0,
  kind: 'layer',
  rollback: 'restorable',
  attempts: 1,
  startedAt: at,
  proof: null,
  failure: null,
} as const;
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
  approval: { by: 'ann', at, hash: 'f'.repeat(64), problem: 'what is stored has another hash' },
  plan: {
    product: 'Harborview',
    from: '4.2.12',
    to: '4.2.13',
    nodeImage,
    hops: [
      {
        from: '4.2.12',
        to: '4.2.13',
        release: digest,
        steps: [],
      },
    ],
  },
  merges: [
    {
      layer: 'cni',
      pack: 'calico',
      fromVersion: '1',
      toVersion: '2',
      pasted: null,
      counts: { conflict: 1 },
      problem: null,
      decisions: [
        {
          path: 'mtu',
          kind: 'conflict',
          reason: 'both',
          resolvedBy: 'current',
          decided: {
            by: 'bob',
            at,
          },
          base: '1',
          current: '2\x1B[2J',
          incoming: '3',
        },
      ],
    },
  ],
  risks: [],
  preflight: { at, checks: [] },
  releases: [
    { version: '4.2.13', digest, signedBy: { keyId: 'AB', fingerprint: 'SHA256:x' }, problem: null },
    { version: '4.2.14', digest, signedBy: null, problem: 'the catalogue does not hold it' },
  ],
  course: [{ at, state: 'aborted', by: 'ann', reason: 'late\u001b[2J\nyes  all is well' }],
  steps: [
    { ...step, id: '0-a', title: 'Apply A', outcome: 'done', finishedAt: at, message: 'it is healthy' },
    { ...step, id: '0-b', title: 'Apply B', outcome: 'unfinished', finishedAt: null, message: 'applying' },
  ],
  journal: { entries: 3, problem: 'a line is damaged' },
  before: null,
  after: {
    at,
    recorded: '4.2.12',
    nodes: null,
    layers: null,
    problems: ['the nodes could not be looked at: no route'],
  },
  statements: [
    {
      text: 'On-prem system console is healthy',
      holds: false,
      checks: [{ name: 'n', title: 'Every node is ready', outcome: 'unknown', detail: 'no route' }],
    },
  ],
  audit: { sequence: 7, hash: 'abc' },
};

let console: ScriptedConsole;
let pub: string;
let file: string;
beforeEach(async () => {
  console = await ScriptedConsole.start();
  pub = join(console.folder, 'site.pub');
  file = join(console.folder, 'u1.evidence');
  writeFileSync(pub, key.publicKey);
  writeFileSync(file, signEvidence(evidence, site));
  console.answers.set('GET /api/v1/evidence-keys', { status: 200, body: { keys: [key] } });
});
afterEach(() => console.stop());

describe('sealift evidence', () => {
  it('says what evidence tells, what it lacks too, and asks no console', async () => {
    const { code, out } = await console.sealift(['evidence', 'verify', file, '--key', pub], {});
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      `The signature holds: key ID ${keyId}, fingerprint ${fingerprint}`,
      'upgrade u1  Harborview 4.2.12 to 4.2.13: aborted',
      `begun ${at}, ended ${at}, evidence written ${at}`,
      'the cluster was a simulation: nothing real was upgraded',
      `confirmed by ann at ${at}, hash ${'f'.repeat(64)}`,
      'NOT AS CONFIRMED: what is stored has another hash',
      `release 4.2.13 ${digest}: signed by key ID AB, fingerprint SHA256:x`,
      `release 4.2.14 ${digest}: NOT VERIFIED: the catalogue does not hold it`,
      `aborted by ann at ${at}: late [2J yes  all is well`,
      'layer cni/calico  1 to 2: 1 conflict',
      '  mtu: current, settled by bob',
      `step Apply A (restorable): done, ${at} to ${at}, it is healthy`,
      `step Apply B (restorable): unfinished, ${at} to no end, applying`,
      'THE JOURNAL LACKS SOMETHING: a line is damaged',
      'before: nobody looked',
      `after (${at}): recorded 4.2.12, the nodes could not be looked at: no route`,
      'no   On-prem system console is healthy',
      '       Every node is ready: no route',
      'audit log: ended at entry 7, hash abc',
    ]);
    expect(console.asked).toEqual([]);
    const { out: json } = await console.sealift(['evidence', 'verify', file, '--key', pub, '--json'], {});
    expect(JSON.parse(json)).toEqual(evidence);
  });

  it.each([
    ['a file that is not there', ['nowhere', '--key', 'site.pub'], 1, 'FILE_NOT_FOUND'],
    ['a folder', ['.', '--key', 'site.pub'], 1, 'FILE_UNREADABLE'],
    ['what is no key', ['u1.evidence', '--key', 'u1.evidence'], 2, 'KEY_FILE_INVALID'],
    ['what is no evidence', ['site.pub', '--key', 'site.pub'], 2, 'SIGNATURE_MALFORMED'],
  ])('refuses %s', async (_, [what = '', flag = '', by = ''], code, error) => {
    const args = ['evidence', 'verify', join(console.folder, what), flag, join(console.folder, by)];
    expect(await console.sealift(args, {})).toMatchObject({ code, out: '', notes: expect.stringContaining(error) });
  });

  it('saves the public key of the console, and makes a new one with a reason', async () => {
    const saved = join(console.folder, 'saved.pub');
    const { out } = await console.sealift(['evidence', 'keys', '-o', saved]);
    expect(out).toContain(`${keyId}  ${fingerprint}  signs since ${at}`);
    expect(readFileSync(saved, 'utf8')).toBe(key.publicKey);
    console.answers.set('POST /api/v1/evidence-keys', { status: 201, body: key });
    await console.sealift(['evidence', 'renew-key', '--reason', 'lost']);
    expect(console.asked.at(-1)).toMatchObject({ call: 'POST /api/v1/evidence-keys', body: { reason: 'lost' } });
  });
});

describe('sealift upgrade evidence', () => {
  const call = 'GET /api/v1/upgrades/u1/evidence';
  const save = (...more: string[]) =>
    console.sealift(['upgrade', 'evidence', 'u1', '-o', join(console.folder, 'saved'), ...more]);

  it('saves what the console signed, byte for byte, and says that its own word proves little', async () => {
    console.answers.set(call, { status: 200, body: readFileSync(file, 'utf8') });
    const { code, out } = await save();
    expect([code, out]).toEqual([0, expect.stringContaining('asked of the console itself')]);
    expect(readFileSync(join(console.folder, 'saved'))).toEqual(readFileSync(file));
    expect((await save('--key', pub)).out).not.toContain('asked of the console itself');
  });

  it('writes nothing where the signature does not hold', async () => {
    console.answers.set(call, { status: 200, body: readFileSync(file, 'utf8').replace('ann', 'eve') });
    expect(await save()).toMatchObject({ code: 2, notes: expect.stringContaining('SIGNATURE_WRONG') });
    expect(() => readFileSync(join(console.folder, 'saved'))).toThrow('ENOENT');
  });
});
