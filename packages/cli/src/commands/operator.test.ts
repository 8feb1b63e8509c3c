// Longer than most: every command of the operator is tested against the same fake console, which this file sets up once.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary, Upgrade } from '@sealift/core/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../program.ts';
import { testContext } from '../testing/test-context.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const token = 'sealift_token-for-tests';

/** What the console answers, by method and path. */
let answers: Map<string, { readonly status: number; readonly body: unknown; readonly cookie?: string }>;
/** What was asked of it. */
let asked: {
  readonly call: string;
  readonly body: unknown;
  readonly authorization?: string;
  readonly cookie?: string;
}[];
let server: Server;
let url: string;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-operator-'));
  answers = new Map();
  asked = [];
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const call = `${request.method} ${request.url}`;
  const { authorization, cookie } = request.headers;
  asked.push({
    call,
    body: text === '' ? undefined : JSON.parse(text),
    ...(authorization === undefined ? {} : { authorization }),
    ...(cookie === undefined ? {} : { cookie }),
  });
  const known = answers.get(call);
  const { status, body } = known ?? { status: 404, body: problem('NOT_FOUND', 404) };
  if (known?.cookie !== undefined) response.setHeader('set-cookie', known.cookie);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function problem(code: string, status: number) {
  const detail = `the console says ${code}`;
  const hint = 'do what the console says';
  return {
    type: `https://sealift.dev/errors/${code}`,
    title: code,
    status,
    code,
    detail,
    hint,
    place: 'spec',
    next: 'retry',
  };
}

async function sealift(
  args: readonly string[],
  env: Record<string, string> = { SEALIFT_URL: url, SEALIFT_TOKEN: token },
) {
  const { context, written } = testContext({ env: { HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), ...env } });
  const code = await run(args, context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
}

const summary: Summary = {
  product: 'Harborview',
  version: '4.2.12',
  partlyUpgraded: null,
  statements: [
    { text: 'You are using the latest version of Harborview', holds: true, checks: [] },
    {
      text: 'On-prem system console is healthy',
      holds: false,
      checks: [{ name: 'n', title: 'Every node is ready', outcome: 'block', detail: 'node-1 is not', remedy: 'look' }],
    },
  ],
  update: null,
  nodes: [],
  simulated: true,
  vcenter: null,
  store: 'embedded',
  lockedBy: null,
};

const layer = {
  id: 'cni-cni-calico',
  layer: 'cni',
  pack: 'cni-calico',
  displayName: 'Calico',
  fromVersion: '3.25.1',
  toVersion: '3.26.1',
  state: 'conflicts',
  openConflicts: 1,
  keptCustomisations: 2,
} as const;

function upgrade(change: Partial<Upgrade>): Upgrade {
  const nodeImage = { needed: false, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.8', reason: 'the node image stays' };
  const step = { id: '0-validate', kind: 'validate', title: 'Validate', target: {}, rollback: 'reversible' } as const;
  const hops = [{ from: '4.2.12', to: '4.2.13', release: digest, steps: [step] }];
  return {
    id: 'u1',
    product: 'Harborview',
    from: '4.2.12',
    to: '4.2.13',
    state: 'ready',
    plan: { product: 'Harborview', from: '4.2.12', to: '4.2.13', nodeImage, hops },
    layers: [layer],
    preflight: [],
    blockers: [],
    hash: 'f'.repeat(64),
    confirmedBy: null,
    confirmedAt: null,
    finishedAt: null,
    steps: [],
    fraction: 0,
    createdAt: '2026-11-01T00:00:00.000Z',
    preflightAt: '2026-11-01T00:00:00.000Z',
    waitingFor: null,
    failure: null,
    ...change,
  };
}

const conflict = {
  path: ['charts', 'calico', 'mtu'],
  kind: 'conflict',
  current: { value: 1400, source: '1400', range: { start: 0, end: 4, line: 1 } },
  incoming: { value: 0, source: '0', range: { start: 0, end: 1, line: 1 } },
  reason: 'both changed it',
};
const preview = {
  ...layer,
  base: 'a: 1\n',
  current: 'a: 2\n',
  incoming: 'a: 3\n',
  merged: 'a: 2\n',
  decisions: [conflict],
  conflicts: [conflict],
  resolutions: [],
  pasted: null,
};

describe('login', () => {
  const session = { username: 'admin', role: 'root', expiresAt: '2026-11-23T05:00:00.000Z' };

  it('checks the token, then keeps it for this person alone', async () => {
    writeFileSync(join(folder, 'token'), `${token}\n`);
    answers.set('GET /api/v1/session', { status: 200, body: session });
    answers.set('GET /api/v1/summary', { status: 200, body: summary });
    const { code, out } = await sealift(['login', `${url}/`, '--token-file', join(folder, 'token')], {});
    expect([code, out]).toEqual([0, `Logged in to ${url} as admin.`]);
    const profile = join(folder, 'config/sealift/profile.json');
    expect(statSync(profile).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'config/sealift'))).toEqual(['profile.json']);
    expect((await sealift(['status'], {})).code).toBe(0);
    expect(asked.map(({ authorization }) => authorization)).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
  });

  it('keeps nothing when the console refuses the token', async () => {
    writeFileSync(join(folder, 'token'), token);
    answers.set('GET /api/v1/session', { status: 401, body: problem('UNAUTHENTICATED', 401) });
    const { code, notes } = await sealift(['login', url, '--token-file', join(folder, 'token')], {});
    expect(code).toBe(1);
    expect(notes).toContain('PLATFORM_LOGIN_REFUSED');
    expect(notes).not.toContain(token);
    expect(readdirSync(folder)).toEqual(['token']);
  });

  it('has a token made for an account, and signs out again', async () => {
    writeFileSync(join(folder, 'password'), 'correct horse battery\n');
    const times = { createdAt: session.expiresAt, expiresAt: session.expiresAt };
    answers.set('POST /api/v1/session', { status: 200, body: session, cookie: 'sealift_session=s3; Path=/; HttpOnly' });
    answers.set('POST /api/v1/tokens', { status: 201, body: { id: '1', name: 'x', secret: token, ...times } });
    answers.set('DELETE /api/v1/session', { status: 200, body: {} });
    answers.set('GET /api/v1/session', { status: 200, body: session });
    const { code, out } = await sealift(
      ['login', url, '--username', 'admin', '--password-file', join(folder, 'password')],
      {},
    );
    expect([code, out]).toEqual([0, `Logged in to ${url} as admin.`]);
    expect(asked.map(({ call, authorization, cookie }) => [call, authorization, cookie])).toEqual([
      ['POST /api/v1/session', undefined, undefined],
      ['POST /api/v1/tokens', undefined, 'sealift_session=s3'],
      ['DELETE /api/v1/session', undefined, 'sealift_session=s3'],
      ['GET /api/v1/session', `Bearer ${token}`, undefined],
    ]);
    expect(asked[0]?.body).toEqual({ username: 'admin', password: 'correct horse battery' });
  });

  it('keeps the words of a console that refuses the password', async () => {
    writeFileSync(join(folder, 'password'), 'wrong horse battery');
    answers.set('POST /api/v1/session', { status: 401, body: problem('SIGN_IN_REFUSED', 401) });
    const { code, notes } = await sealift(
      ['login', url, '--username', 'admin', '--password-file', join(folder, 'password')],
      {},
    );
    expect(code).not.toBe(0);
    expect(notes).toContain('SIGN_IN_REFUSED');
    expect(notes).not.toContain('wrong horse');
  });

  it('takes an account or a token, not both', async () => {
    const { code, notes } = await sealift(['login', url, '--username', 'admin', '--token-file', 'none'], {});
    expect([code, notes.includes('code: USAGE')]).toEqual([1, true]);
  });

  it.each(['http://console.example', 'ftp://x', 'console', 'https://user:secret@console.example', 'https://x/?a=b'])(
    'refuses the address %s',
    async (address) => {
      const { code, notes } = await sealift(['login', address, '--token-file', 'none'], {});
      expect(code).toBe(1);
      expect(notes).toContain('PLATFORM_URL_INVALID');
    },
  );

  it('is needed, or both variables', async () => {
    expect((await sealift(['status'], {})).notes).toContain('PLATFORM_UNKNOWN');
    expect((await sealift(['status'], { SEALIFT_URL: url })).notes).toContain('SEALIFT_TOKEN is not set');
  });
});

describe('status', () => {
  it('prints the sentences, and the checks behind one that does not hold', async () => {
    answers.set('GET /api/v1/summary', { status: 200, body: summary });
    const { out } = await sealift(['status']);
    expect(out).toContain('Harborview 4.2.12, on a simulated cluster');
    expect(out).toContain('yes  You are using the latest version of Harborview');
    expect(out).toContain('no   On-prem system console is healthy');
    expect(out).toContain('block: Every node is ready: node-1 is not');
    expect(JSON.parse((await sealift(['status', '--json'])).out)).toEqual(summary);
  });

  it('prints the remedy of several checks once', async () => {
    const [latest, healthy] = summary.statements;
    const check = { name: 'm', title: 'Layers', outcome: 'block', detail: 'none', remedy: 'look' };
    const body = { ...summary, statements: [{ ...latest, holds: false, checks: [check] }, healthy] };
    answers.set('GET /api/v1/summary', { status: 200, body });
    const { out } = await sealift(['status']);
    expect(out.match(/fix: .*/g)).toEqual(['fix: look', 'fix: as above']);
  });

  it('exits with 3 when it is asked whether the console is healthy and it is not', async () => {
    answers.set('GET /api/v1/summary', { status: 200, body: summary });
    expect((await sealift(['status'])).code).toBe(0);
    expect((await sealift(['status', '--check'])).code).toBe(3);
    expect((await sealift(['status', '--check', '--json'])).code).toBe(3);
    const [latest, healthy] = summary.statements;
    const body = {
      ...summary,
      statements: [
        { ...latest, holds: false },
        { ...healthy, holds: true },
      ],
    };
    answers.set('GET /api/v1/summary', { status: 200, body });
    expect((await sealift(['status', '--check'])).code).toBe(0);
  });

  it('shows a refusal with the code, the place and the remedy of the console', async () => {
    answers.set('GET /api/v1/summary', { status: 423, body: problem('CONSOLE_LOCKED', 423) });
    const { code, notes } = await sealift(['status']);
    expect(code).toBe(1);
    expect(notes).toBe(
      'error: the console says CONSOLE_LOCKED\n  at: spec\n  fix: do what the console says\n  code: CONSOLE_LOCKED',
    );
    expect(JSON.parse((await sealift(['status', '--json'])).out)).toMatchObject({ error: { code: 'CONSOLE_LOCKED' } });
  });

  it.each([
    ['no JSON', '<html>'],
    ['another shape', { product: 1 }],
  ])('names an answer that is %s', async (_, body) => {
    answers.set('GET /api/v1/summary', { status: 200, body });
    expect((await sealift(['status'])).notes).toContain('PLATFORM_ANSWER_INVALID');
  });

  it('names a console that cannot be reached', async () => {
    const env = { SEALIFT_URL: 'http://127.0.0.1:1', SEALIFT_TOKEN: token };
    expect((await sealift(['status'], env)).notes).toContain('PLATFORM_UNREACHABLE');
  });
});

describe('sync', () => {
  const registry = (state: string, message: string) => ({
    name: 'spectro-packs',
    registry: 'x',
    base: 'y',
    embedded: true,
    sync: { state, startedAt: null, finishedAt: null, done: 0, total: 1, message, refused: [] },
  });

  it('starts it for the only registry and follows it to its end', async () => {
    answers.set('GET /api/v1/registries', { status: 200, body: { registries: [registry('never', '')] } });
    answers.set('POST /api/v1/registries/spectro-packs/sync', { status: 202, body: registry('running', 'reading') });
    answers.set('GET /api/v1/registries/spectro-packs', { status: 200, body: registry('succeeded', '1 release') });
    expect(await sealift(['sync'])).toMatchObject({ code: 0, out: 'spectro-packs: 1 release' });
    answers.set('GET /api/v1/registries/spectro-packs', { status: 200, body: registry('failed', 'no signature') });
    const failed = await sealift(['sync', 'spectro-packs']);
    expect([failed.code, failed.notes.includes('PLATFORM_SYNC_FAILED')]).toEqual([1, true]);
  });

  it('ends with 4 when something was refused, and says why', async () => {
    const found = registry('succeeded', '1 release, 1 refused');
    const refused = [
      { name: 'release-x-1', code: 'SIGNATURE_KEY_UNTRUSTED', detail: 'by another key', hint: 'trust it' },
    ];
    const body = { ...found, sync: { ...found.sync, refused } };
    answers.set('POST /api/v1/registries/spectro-packs/sync', { status: 202, body });
    const { code, notes } = await sealift(['sync', 'spectro-packs']);
    expect(code).toBe(4);
    expect(notes).toBe('refused release-x-1: by another key\n  fix: trust it\n  code: SIGNATURE_KEY_UNTRUSTED');
    expect((await sealift(['sync', 'spectro-packs', '--json'])).code).toBe(4);
  });
});

describe('upgrade', () => {
  beforeEach(() => {
    answers.set('GET /api/v1/summary', { status: 200, body: summary });
  });

  it('starts, and shows layers, steps and hash', async () => {
    answers.set('POST /api/v1/upgrades', { status: 201, body: upgrade({}) });
    const { out } = await sealift(['upgrade', 'start', '--to', '4.2.13']);
    expect(out).toContain('u1  Harborview 4.2.12 to 4.2.13: ready');
    expect(out).toContain(
      'layer cni-cni-calico  3.25.1 to 3.26.1: conflicts, 1 open conflicts, keeps 2 customisations',
    );
    expect(out).toContain('step Validate (reversible): waiting');
    expect(asked[0]?.body).toEqual({ to: '4.2.13' });
  });

  it('takes the upgrade under way when none is named, else the last', async () => {
    const ended = upgrade({ id: 'old', state: 'succeeded', finishedAt: '2026-01-01T00:00:00.000Z' });
    const newer = upgrade({ id: 'newer', state: 'aborted', finishedAt: '2026-02-01T00:00:00.000Z' });
    const list = (upgrades: Upgrade[]) => {
      answers.set('GET /api/v1/upgrades', { status: 200, body: { upgrades } });
      for (const one of upgrades) answers.set(`GET /api/v1/upgrades/${one.id}`, { status: 200, body: one });
    };
    list([ended, newer]);
    expect((await sealift(['upgrade', 'show'])).out).toContain('newer');
    list([ended, upgrade({ id: 'open' }), newer]);
    expect((await sealift(['upgrade', 'show'])).out).toContain('open');
    list([]);
    expect((await sealift(['upgrade', 'show'])).notes).toContain('UPGRADE_NONE');
  });

  it('shows a conflict with both sides and the command that settles it', async () => {
    answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgrade({}) });
    answers.set('GET /api/v1/upgrades/u1/layers/cni-cni-calico', { status: 200, body: preview });
    const { out } = await sealift(['upgrade', 'layers', 'cni-cni-calico', '--id', 'u1']);
    expect(out).toContain('current:  1400');
    expect(out).toContain(`sealift upgrade resolve cni-cni-calico --path '["charts","calico","mtu"]' --take current`);
    const text = ['upgrade', 'layers', 'cni-cni-calico', '--id', 'u1', '--text', 'incoming'];
    expect((await sealift(text)).out).toBe('a: 3');
  });

  it.each([
    [['--path', '/charts/calico/mtu', '--take', 'current'], { take: 'current' }],
    [['--path', 'charts.calico.mtu', '--take', 'base'], { take: 'base' }],
    [['--path', '["charts","calico","mtu"]', '--value', '1450'], { value: '1450' }],
  ])('resolves with %j, keeping other resolutions', async (choice, expected) => {
    const other = { path: ['b'], take: 'base' };
    const replaced = { path: conflict.path, take: 'base' };
    const before = { ...preview, resolutions: [other, replaced] };
    const resolutions = 'PUT /api/v1/upgrades/u1/layers/cni-cni-calico/resolutions';
    answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgrade({}) });
    answers.set('GET /api/v1/upgrades/u1/layers/cni-cni-calico', { status: 200, body: before });
    answers.set(resolutions, { status: 200, body: { ...preview, conflicts: [] } });
    const args = ['upgrade', 'resolve', 'cni-cni-calico', '--id', 'u1', ...choice];
    expect(await sealift(args)).toMatchObject({ code: 0, out: 'cni-cni-calico: 0 conflicts left' });
    const put = asked.find(({ call }) => call === resolutions);
    expect(put?.body).toEqual({ resolutions: [other, { path: conflict.path, ...expected }] });
  });

  it.each([
    [['--path', '["a"]']],
    [['--path', '["a"]', '--take', 'mine']],
    [['--path', '["a"]', '--take', 'current', '--value', '1']],
    [['--path', 'a..b', '--take', 'current']],
    [['--path', '[[1]]', '--take', 'current']],
  ])('refuses to resolve with %j before it asks the console', async (args) => {
    const { code } = await sealift(['upgrade', 'resolve', 'cni-cni-calico', ...args]);
    expect(code).toBeGreaterThan(0);
    expect(asked).toEqual([]);
  });

  it('looks at the site again, and exits with 2 while something blocks', async () => {
    answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgrade({ state: 'draft' }) });
    const look = 'POST /api/v1/upgrades/u1/preflight';
    answers.set(look, { status: 200, body: upgrade({ state: 'draft', blockers: ['node-1 is not ready'] }) });
    const blocked = await sealift(['upgrade', 'preflight', 'u1']);
    expect(blocked).toMatchObject({ code: 2, out: expect.stringContaining('blocked: node-1 is not ready') });
    answers.set(look, { status: 200, body: upgrade({ state: 'draft' }) });
    expect((await sealift(['upgrade', 'preflight', 'u1'])).code).toBe(0);
  });

  it('confirms a draft after a fresh look at the site, so that what is mended does not block', async () => {
    const draft = upgrade({ state: 'draft', blockers: ['node-1 is not ready'] });
    answers.set('GET /api/v1/upgrades/u1', { status: 200, body: draft });
    answers.set('POST /api/v1/upgrades/u1/preflight', { status: 200, body: upgrade({ state: 'draft' }) });
    answers.set('POST /api/v1/upgrades/u1/confirm', { status: 202, body: upgrade({ state: 'running' }) });
    expect((await sealift(['upgrade', 'confirm', 'u1'])).code).toBe(0);
  });

  it('confirms by the hash that was previewed, and nothing while something blocks', async () => {
    const confirm = 'POST /api/v1/upgrades/u1/confirm';
    answers.set(confirm, { status: 202, body: upgrade({ state: 'running' }) });
    answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgrade({ blockers: ['one conflict'], hash: null }) });
    expect((await sealift(['upgrade', 'confirm', 'u1'])).notes).toContain('one conflict');
    answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgrade({}) });
    const other = await sealift(['upgrade', 'confirm', 'u1', '--hash', 'e'.repeat(64)]);
    expect([other.code, other.notes.includes('UPGRADE_BLOCKED')]).toEqual([3, true]);
    expect(asked.some(({ call }) => call === confirm)).toBe(false);
    expect((await sealift(['upgrade', 'confirm', 'u1'])).code).toBe(0);
    expect(asked.find(({ call }) => call === confirm)?.body).toEqual({ hash: 'f'.repeat(64) });
  });

  it('waits for the end: 0 with the sentences when it succeeded, 3 with the reason when not', async () => {
    answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgrade({ state: 'succeeded', fraction: 1 }) });
    const good = await sealift(['upgrade', 'wait', 'u1']);
    expect(good.code).toBe(0);
    expect(good.out).toContain('Upgraded Harborview from 4.2.12 to 4.2.13.');
    expect(good.out).toContain('yes  You are using the latest version of Harborview');
    const failure = {
      code: 'X',
      message: 'a node did not come back',
      hint: 'look at it',
      next: 'needs-a-person',
    } as const;
    answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgrade({ state: 'failed', failure }) });
    const bad = await sealift(['upgrade', 'wait', 'u1']);
    expect(bad.code).toBe(3);
    expect(bad.notes).toContain('a node did not come back');
    expect((await sealift(['upgrade', 'wait', 'u1', '--json'])).code).toBe(3);
  });
});

describe('profile and platform', () => {
  const view = {
    format: 1,
    product: 'Harborview',
    version: '4.2.12',
    layers: [
      {
        layer: 'cni',
        pack: 'cni-calico',
        version: '3.25.1',
        displayName: 'Calico',
        digest,
        baseValues: 'a: 1\n',
        currentValues: 'a: 2\n',
        customised: true,
        customisations: 1,
      },
    ],
  };

  it('shows the layers, and the values of one', async () => {
    answers.set('GET /api/v1/profile', { status: 200, body: view });
    expect((await sealift(['profile', 'show'])).out).toContain('cni  cni-calico 3.25.1  1 customised');
    expect((await sealift(['profile', 'show', 'cni-calico'])).out).toBe('a: 2');
    expect((await sealift(['profile', 'show', 'csi'])).notes).toContain('there are cni-calico');
  });

  it('saves the export whole', async () => {
    answers.set('GET /api/v1/profile/export', { status: 200, body: 'the bytes' });
    const path = join(folder, 'profile.tar.gz');
    expect((await sealift(['profile', 'export', '-o', path])).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('the bytes');
  });

  it('adopts the installed release with the values of the site', async () => {
    answers.set('POST /api/v1/platform/adopt', { status: 200, body: view });
    const file = join(folder, 'calico.yaml');
    writeFileSync(file, 'a: 2\n');
    expect((await sealift(['platform', 'adopt', '4.2.12', '--values', `cni/cni-calico=${file}`])).code).toBe(0);
    const values = [{ layer: 'cni', pack: 'cni-calico', values: 'a: 2\n' }];
    expect(asked[0]?.body).toEqual({ version: '4.2.12', values });
    expect((await sealift(['platform', 'adopt', '4.2.12', '--values', file])).notes).toContain('USAGE');
  });
});
