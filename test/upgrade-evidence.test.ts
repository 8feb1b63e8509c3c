import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { journalRecordSchema, upgradeCourseSchema, upgradeSchema } from '@sealift/core/api';
import { upgradeEvidenceSchema } from '@sealift/core/evidence';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { type Finished, run, sealift } from './setup/sealift.ts';

const secret = 'hunter2-seeded';
let site: TestEnvironment;
beforeAll(async () => {
  const seeded = `\nseeded:\n  adminPassword: ${secret}\n  dsn: postgres://app:${secret}@db/app\n`;
  site = await startEnvironment(50, (values, pack) => (pack === 'cni-calico' ? `${values}${seeded}` : values));
});
afterAll(() => site?.remove());

function type(...args: string[]): Promise<Finished> {
  return run(sealift, args, { env: site.context.env, cwd: site.context.folder.path });
}

async function command(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await type(...args);
  expect(`exit ${code}\n${stderr}`).toMatch(/^exit 0\n/);
  return stdout;
}

const here = (name: string): string => join(site.context.folder.temporary, name);

/** Verifies where there is no console: neither its address nor a login. */
function offline(file: string, key: string, ...more: string[]): Promise<Finished> {
  const { PATH, HOME } = process.env;
  const args = ['evidence', 'verify', file, '--key', key, ...more];
  return run(sealift, args, { env: { PATH, HOME }, cwd: site.context.folder.temporary });
}

/** What is told of an upgrade, verified by the key that was fetched at the site. */
async function told(file: string) {
  const { stdout } = await offline(file, here('site.pub'), '--json');
  return upgradeEvidenceSchema.parse(JSON.parse(stdout));
}

describe('evidence of upgrades, by command line', () => {
  it('gives the key in advance, and no evidence of what has not ended', async () => {
    expect(await command('evidence', 'keys', '-o', here('site.pub'))).toMatch(
      /^[0-9A-F]{16} {2}SHA256:\S+ {2}signs since/,
    );
    await command('sync', 'spectro-packs');
    await command('upgrade', 'start', '--to', '4.2.13');
    const early = await type('upgrade', 'evidence', '-o', here('early'));
    expect([early.code, early.stderr]).toEqual([3, expect.stringContaining('EVIDENCE_NOT_YET')]);
    await expect(readFile(here('early'))).rejects.toThrow('ENOENT');
  });

  it('shows the plan with the point of no return before the first step that is one-way', async () => {
    const lines = (await command('upgrade', 'plan')).split('\n');
    const line = lines.findIndex((text) => text.includes('point of no return'));
    const oneWay = lines.findIndex((text) => text.includes('(one-way;'));
    expect([line > 0, oneWay]).toEqual([true, line + 1]);
    expect(lines).toContainEqual(expect.stringContaining('usual time unknown'));
  });

  it('tells the truth of one that was aborted', async () => {
    const { id, hash } = upgradeSchema.parse(JSON.parse(await command('upgrade', 'status', '--json')));
    // Both at once: the simulated site would be done before a second command has started.
    const { api } = site.administrator;
    await api.postOnly(`/api/v1/upgrades/${id}/confirm`, { hash });
    await api.postOnly(`/api/v1/upgrades/${id}/abort`, { reason: `the window is over, password=${secret}` });
    expect((await type('upgrade', 'watch', id)).code).toBe(3);
    const file = here('aborted.evidence');
    await command('upgrade', 'evidence', id, '-o', file);
    const evidence = await told(file);
    expect(evidence.upgrade).toMatchObject({ id, state: 'aborted', from: '4.2.12', to: '4.2.13' });
    expect(evidence.course.at(-1)?.state).toBe('aborted');
    expect(evidence.course).toContainEqual(
      expect.objectContaining({ by: 'admin', reason: expect.stringContaining('the window is over') }),
    );
    expect(evidence.steps.map(({ outcome }) => outcome)).toContain('not-begun');
    expect(evidence.after.recorded).toBe('4.2.12');
    expect(evidence.statements[0]?.holds).toBe(false);
    expect((await offline(file, here('site.pub'))).stdout).toContain(
      `upgrade ${id}  Harborview 4.2.12 to 4.2.13: aborted`,
    );
  });

  it('watches one to its end as one object a line, and has every line of its journal', async () => {
    await command('upgrade', 'start', '--to', '4.2.13');
    await command('upgrade', 'confirm');
    const watched = (await command('upgrade', 'watch', '--json')).trim().split('\n');
    const courses = watched.map((line) => upgradeCourseSchema.parse(JSON.parse(line)));
    expect(courses.at(-1)).toMatchObject({ state: 'succeeded', tree: { fractionOfTime: 1 } });
    const { id = '' } = courses.at(-1) ?? {};
    const records = (await command('upgrade', 'logs', id, '--json')).trim().split('\n');
    const lines = records.map((line) => journalRecordSchema.parse(JSON.parse(line)));
    expect(lines.map(({ sequence }) => sequence)).toEqual(
      lines.map(({ sequence }) => sequence).toSorted((a, b) => a - b),
    );
    const steps = courses.at(-1)?.tree?.hops.flatMap((hop) => hop.steps.map((step) => step.id)) ?? [];
    expect(new Set(lines.map(({ stepId }) => stepId))).toEqual(new Set(['', ...steps]));
    const followed = await command('upgrade', 'logs', id, '--follow');
    expect(followed.trim().split('\n').at(-1)).toContain('the upgrade is now: Succeeded');
  });

  it('holds who decided and approved what, what was verified by which key, and no secret', async () => {
    const file = here('succeeded.evidence');
    const said = await command('upgrade', 'evidence', '-o', file, '--key', here('site.pub'));
    const evidence = await told(file);
    expect(evidence).toMatchObject({
      upgrade: { state: 'succeeded', failure: null },
      approval: { by: 'admin', problem: null },
      site: { simulated: true },
      journal: { problem: null },
    });
    expect(said).toContain(evidence.upgrade.id);
    expect(evidence.releases).toMatchObject([{ version: '4.2.13', signedBy: { keyId: expect.any(String) } }]);
    expect(
      evidence.steps.every(
        ({ outcome, startedAt, finishedAt }) => outcome === 'done' && startedAt !== null && finishedAt !== null,
      ),
    ).toBe(true);
    expect(new Set(evidence.before?.nodes?.map(({ template }) => template))).not.toEqual(
      new Set(evidence.after.nodes?.map(({ template }) => template)),
    );
    expect(evidence.statements.map(({ holds }) => holds)).toEqual([true, true]);
    const calico = evidence.merges.find(({ pack }) => pack === 'cni-calico');
    expect(calico?.decisions.map(({ path }) => path)).toContain('seeded');
    for (const name of ['aborted', 'succeeded']) {
      expect(await readFile(here(`${name}.evidence`), 'utf8')).not.toContain(secret);
    }
  });

  it('is refused once a byte of it is changed, by another key, and without a signature', async () => {
    const file = here('succeeded.evidence');
    const signed = await readFile(file, 'utf8');
    const refused = async (content: string, key = here('site.pub')): Promise<string> => {
      await writeFile(here('changed.evidence'), content);
      const { code, stderr, stdout } = await offline(here('changed.evidence'), key);
      expect([code, stdout]).toEqual([2, '']);
      return stderr;
    };
    expect(await refused(signed.replace('"by":"admin"', '"by":"eve.."'))).toContain('SIGNATURE_WRONG');
    expect(await refused(signed.split('\n')[0] ?? '')).toContain('EVIDENCE_INVALID');
    await command('keys', 'generate', '--out', here('other'));
    expect(await refused(signed, here('other.pub'))).toContain('SIGNATURE_KEY_UNTRUSTED');
    const kept = await type('upgrade', 'evidence', '-o', here('never'), '--key', here('other.pub'));
    expect([kept.code, kept.stderr]).toEqual([2, expect.stringContaining('SIGNATURE_KEY_UNTRUSTED')]);
    await expect(readFile(here('never'))).rejects.toThrow('ENOENT');
  });

  it('says the usual times of this site from then on, where they were seen often enough', async () => {
    const plan = await command('upgrade', 'plan');
    expect(plan).toMatch(/usual time \d+:\d\d, nine times of ten at most \d+:\d\d/);
  });
});
