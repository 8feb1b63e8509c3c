import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdoptionProposal } from '@sealift/core/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digest, problem, ScriptedConsole } from '../../testing/scripted-console.ts';

const survey = 'POST /api/v1/platform/survey';
const adopt = 'POST /api/v1/platform/adopt';
const profile = { format: 1, product: 'Harborview', version: '4.2.12', layers: [] };
const proposal: AdoptionProposal = {
  digest: 'b'.repeat(64),
  product: 'Harborview',
  version: '4.2.12',
  kubernetes: { expected: '1.36.3', found: '1.36.3' },
  template: { name: 'r_u-1363', isThere: true },
  layers: [
    {
      layer: 'cni',
      pack: 'cni-calico',
      version: '3.25.1',
      digest,
      state: 'found',
      runs: '3.25.1',
      valuesFrom: 'helm',
      customisations: 3,
    },
  ],
  nodes: [
    {
      name: 'cp-1',
      role: 'control-plane',
      version: '1.36.3',
      template: 'r_u-1363',
      ready: true,
      message: '',
      machine: 'cp-1',
      phase: 'Running',
      since: null,
    },
  ],
  providers: [{ name: 'core', expected: null, found: '1.14.2' }],
  others: { charts: ['apps/shop'], applySets: [] },
  differences: [],
  simulated: false,
};
const differing: AdoptionProposal = {
  ...proposal,
  layers: proposal.layers.map((layer) => ({ ...layer, state: 'absent', runs: null, customisations: null })),
  differences: [
    {
      what: 'layer',
      expected: 'chart calico 3.25.1',
      found: 'no such \u001B[2Jrelease',
      object: 'release net/calico',
      remedy: 'Install what is missing.',
    },
  ],
};

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

describe('platform adopt', () => {
  it('looks, shows what was found, and adopts the very proposal that was shown', async () => {
    site.answers.set(survey, { status: 200, body: proposal });
    site.answers.set(adopt, { status: 201, body: profile });
    const file = join(site.folder, 'kubernetes.yaml');
    writeFileSync(file, 'a: 2\n');
    const given = ['--values', `k8s/kubernetes=${file}`, '--defaults', 'os/ubuntu'];
    const { code, out } = await site.sealift(['platform', 'adopt', ...given]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'The site is compared with Harborview 4.2.12',
        'yes  Kubernetes            1.36.3',
        'yes  template              r_u-1363',
        'yes  layer cni/cni-calico  3.25.1, 3 customised, values of its releases',
        'yes  node cp-1             control-plane, Kubernetes 1.36.3 from r_u-1363',
        'yes  provider core         1.14.2',
        'stays as it is, as no part of the release: release apps/shop',
        'Harborview 4.2.12 is recorded as installed, with 0 layers.',
      ].join('\n'),
    );
    const asked = {
      values: [{ layer: 'k8s', pack: 'kubernetes', values: 'a: 2\n' }],
      defaults: [{ layer: 'os', pack: 'ubuntu' }],
    };
    expect(site.asked.map(({ call, body }) => [call, body])).toEqual([
      [survey, asked],
      [adopt, { ...asked, proposal: proposal.digest }],
    ]);
  });

  it('records nothing in a dry run', async () => {
    site.answers.set(survey, { status: 200, body: proposal });
    expect(await site.sealift(['platform', 'adopt', '4.2.12', '--dry-run'])).toMatchObject({ code: 0 });
    expect(JSON.parse((await site.sealift(['platform', 'adopt', '--dry-run', '--json'])).out)).toEqual({
      proposal,
      profile: null,
    });
    expect(site.asked.map(({ call }) => call)).toEqual([survey, survey]);
    expect(site.asked[0]?.body).toMatchObject({ version: '4.2.12' });
  });

  it.each([[[]], [['--dry-run']]])(
    'shows each difference with its remedy, and ends as a failure%s',
    async (options) => {
      site.answers.set(survey, { status: 200, body: differing });
      const { code, out, notes } = await site.sealift(['platform', 'adopt', ...options]);
      expect(code).toBe(1);
      expect(out).toContain('no   layer cni/cni-calico  3.25.1 is not there');
      expect(out).toContain(
        'differs: release net/calico\n  expected: chart calico 3.25.1\n  found:    no such ·[2Jrelease\n  fix:      Install what is missing.',
      );
      expect(notes).toContain('Nothing was recorded');
      const json = await site.sealift(['platform', 'adopt', '--json', ...options]);
      expect(json.code).toBe(1);
      expect(JSON.parse(json.out)).toEqual({ proposal: differing, profile: null });
      expect(site.asked.map(({ call }) => call)).toEqual([survey, survey]);
    },
  );

  it('believes what it is told where the console has no cluster, and says so', async () => {
    site.answers.set(survey, { status: 503, body: problem('CLUSTER_NOT_CONNECTED', 503) });
    site.answers.set(adopt, { status: 201, body: profile });
    const { code, out, notes } = await site.sealift(['platform', 'adopt', '4.2.12']);
    expect([code, out]).toEqual([0, 'Harborview 4.2.12 is recorded as installed, with 0 layers.']);
    expect(notes).toContain('what was recorded is what you say');
    expect(site.asked[1]?.body).toEqual({ version: '4.2.12', values: [], defaults: [] });
    for (const words of [[], ['4.2.12', '--dry-run']]) {
      const refused = await site.sealift(['platform', 'adopt', ...words]);
      expect([refused.code, refused.notes]).toEqual([1, expect.stringContaining('CLUSTER_NOT_CONNECTED')]);
    }
  });

  it('refuses options that are not of their form, and asks nothing', async () => {
    for (const words of [
      ['--values', 'calico.yaml'],
      ['--defaults', 'calico'],
      ['--values', 'cni/cni-calico=/nowhere.yaml'],
      ['4.2 12'],
    ]) {
      const { code, notes } = await site.sealift(['platform', 'adopt', ...words]);
      expect(code).toBeGreaterThan(0);
      expect(notes).toMatch(/code: (?:USAGE|FILE_NOT_FOUND|INPUT_INVALID)/);
    }
    expect(site.asked).toEqual([]);
  });
});
