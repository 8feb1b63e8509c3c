import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problem, ScriptedConsole, summary, token } from '../../testing/scripted-console.ts';

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

describe('status', () => {
  it('prints the sentences, and the checks behind one that does not hold', async () => {
    site.answers.set('GET /api/v1/summary', { status: 200, body: summary });
    const { out } = await site.sealift(['status']);
    expect(out).toContain('Harborview 4.2.12, on a simulated cluster');
    expect(out).toContain('yes  You are using the latest version of Harborview');
    expect(out).toContain('no   On-prem system console is healthy');
    expect(out).toContain('block: Every node is ready: node-1 is not');
    expect(JSON.parse((await site.sealift(['status', '--json'])).out)).toEqual(summary);
  });

  it('does not show a check as trouble behind a sentence that holds', async () => {
    const [latest, healthy] = summary.statements;
    const check = { name: 'w', title: 'Backups', outcome: 'warn', detail: 'the last one is old' };
    const body = { ...summary, statements: [{ ...latest, holds: true, checks: [check] }, healthy] };
    site.answers.set('GET /api/v1/summary', { status: 200, body });
    const { out } = await site.sealift(['status']);
    expect(out).toContain('yes  You are using the latest version');
    expect(out).not.toContain('Backups');
  });

  it('prints the remedy of several checks once', async () => {
    const [latest, healthy] = summary.statements;
    const check = { name: 'm', title: 'Layers', outcome: 'block', detail: 'none', remedy: 'look' };
    const body = { ...summary, statements: [{ ...latest, holds: false, checks: [check] }, healthy] };
    site.answers.set('GET /api/v1/summary', { status: 200, body });
    const { out } = await site.sealift(['status']);
    expect(out.match(/fix: .*/g)).toEqual(['fix: look', 'fix: as above']);
  });

  it('exits with 3 when it is asked whether the console is healthy and it is not', async () => {
    site.answers.set('GET /api/v1/summary', { status: 200, body: summary });
    expect((await site.sealift(['status'])).code).toBe(0);
    expect((await site.sealift(['status', '--check'])).code).toBe(3);
    expect((await site.sealift(['status', '--check', '--json'])).code).toBe(3);
    const [latest, healthy] = summary.statements;
    const body = {
      ...summary,
      statements: [
        { ...latest, holds: false },
        { ...healthy, holds: true },
      ],
    };
    site.answers.set('GET /api/v1/summary', { status: 200, body });
    expect((await site.sealift(['status', '--check'])).code).toBe(0);
  });

  it('shows a refusal with the code, the place and the remedy of the console', async () => {
    site.answers.set('GET /api/v1/summary', { status: 423, body: problem('CONSOLE_LOCKED', 423) });
    const { code, notes } = await site.sealift(['status']);
    expect(code).toBe(1);
    expect(notes).toBe(
      'error: the console says CONSOLE_LOCKED\n  at: spec\n  fix: do what the console says\n  code: CONSOLE_LOCKED',
    );
    expect(JSON.parse((await site.sealift(['status', '--json'])).out)).toMatchObject({
      error: { code: 'CONSOLE_LOCKED' },
    });
  });

  it.each([
    ['no JSON', '<html>'],
    ['another shape', { product: 1 }],
  ])('names an answer that is %s', async (_, body) => {
    site.answers.set('GET /api/v1/summary', { status: 200, body });
    expect((await site.sealift(['status'])).notes).toContain('PLATFORM_ANSWER_INVALID');
  });

  it('names a console that cannot be reached', async () => {
    const env = { SEALIFT_URL: 'http://127.0.0.1:1', SEALIFT_TOKEN: token };
    expect((await site.sealift(['status'], env)).notes).toContain('PLATFORM_UNREACHABLE');
  });
});

describe('sync', () => {
  const registry = (state: string, message: string) => ({
    name: 'spectro-packs',
    registry: 'x',
    base: 'y',
    embedded: true,
    sync: { state, startedAt: null, finishedAt: null, done: 0, total: 1, message, refused: [] },
    settings: null,
    revision: 0,
    changedBy: null,
    changedAt: null,
  });

  it('starts it for the only registry and follows it to its end', async () => {
    site.answers.set('GET /api/v1/registries', {
      status: 200,
      body: { registries: [registry('never', '')], conflicts: [] },
    });
    site.answers.set('POST /api/v1/registries/spectro-packs/sync', {
      status: 202,
      body: registry('running', 'reading'),
    });
    site.answers.set('GET /api/v1/registries/spectro-packs', { status: 200, body: registry('succeeded', '1 release') });
    expect(await site.sealift(['sync'])).toMatchObject({ code: 0, out: 'spectro-packs: 1 release' });
    site.answers.set('GET /api/v1/registries/spectro-packs', { status: 200, body: registry('failed', 'no signature') });
    const failed = await site.sealift(['sync', 'spectro-packs']);
    expect([failed.code, failed.notes.includes('PLATFORM_SYNC_FAILED')]).toEqual([1, true]);
  });

  it('ends with 4 when something was refused, and says why', async () => {
    const found = registry('succeeded', '1 release, 1 refused');
    const refused = [
      { name: 'release-x-1', code: 'SIGNATURE_KEY_UNTRUSTED', detail: 'by another key', hint: 'trust it' },
    ];
    const body = { ...found, sync: { ...found.sync, refused } };
    site.answers.set('POST /api/v1/registries/spectro-packs/sync', { status: 202, body });
    const { code, notes } = await site.sealift(['sync', 'spectro-packs']);
    expect(code).toBe(4);
    expect(notes).toBe('refused release-x-1: by another key\n  fix: trust it\n  code: SIGNATURE_KEY_UNTRUSTED');
    expect((await site.sealift(['sync', 'spectro-packs', '--json'])).code).toBe(4);
  });
});
