import type { InstalledChart, SiteSurvey } from '@sealift/core/adoption';
import { matchRelease } from '@sealift/core/adoption';
import { SealiftError } from '@sealift/core/errors';
import { readAppliedValues } from '@sealift/core/pack';
import { type Release, releaseSchema } from '@sealift/core/release';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { SurveyPort } from '@sealift/upgrade/ports/survey';
import { describe, expect, it } from 'vitest';
import { layerEvidence } from './layer-evidence.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const packs = [
  { layer: 'k8s', name: 'kubernetes', version: '1.36.3', digest: digest('a'), sizeBytes: 1 },
  { layer: 'cni', name: 'calico', version: '3.25.1', digest: digest('b'), sizeBytes: 1 },
];
const release: Release = releaseSchema.parse({
  apiVersion: 'sealift.dev/v1',
  kind: 'Release',
  metadata: { product: 'Harborview', version: '4.2.12' },
  spec: {
    kubernetes: { version: '1.36.3', supported: '>=1' },
    layers: packs.map(({ name: pack, layer, version, digest: of }) => ({ layer, pack, version, digest: of })),
    packs,
    images: [],
  },
});
const base = new Map([
  ['k8s-kubernetes', 'pods: 10.0.0.0/8\n'],
  ['cni-calico', 'charts:\n  calico:\n    # Bytes.\n    mtu: 0\n    pods: "{{ .spectro.pack.kubernetes.pods }}"\n'],
]);
const podsOfSite = 'pods: 172.16.0.0/12\n';

/** A port whose packs are laid out as a real site does it, from their values alone. */
class PortOfCharts implements SurveyPort {
  readonly examined: string[] = [];

  look(): Promise<SiteSurvey> {
    return Promise.reject(new Error('it was looked at already'));
  }

  examine({ pack, values: text, profile }: DesiredLayer) {
    this.examined.push(pack);
    const lookup = (): string => String(readAppliedValues(profile.get('kubernetes') ?? '', () => '', '')['pods']);
    const { charts = {} } = readAppliedValues(text, lookup, pack) as {
      charts?: Record<string, Record<string, unknown>>;
    };
    if (text.includes('broken'))
      return Promise.reject(new SealiftError('LAYER_INVALID', { values: { layer: pack, reason: 'broken' } }));
    const wanted = Object.entries(charts).map(([chart, values]) => ({
      chart,
      version: '3.25.1',
      namespace: 'net',
      name: chart,
      values,
    }));
    return Promise.resolve({ charts: wanted, objects: 0, others: [] });
  }

  record(): Promise<void> {
    return Promise.reject(new Error('nothing is written down'));
  }
}

function siteWith(values: Readonly<Record<string, unknown>>): SiteSurvey {
  const place = {
    namespace: 'net',
    name: 'calico',
    chart: 'calico',
    version: '3.25.1',
    status: 'deployed',
    revision: 1,
  };
  const charts: InstalledChart[] = [{ ...place, values, defaults: { own: true } }];
  const machine = { machine: 'n', phase: 'Running', since: null } as const;
  const runs = { version: '1.36.3', template: 't', ready: true, message: '' } as const;
  const node = { name: 'n', role: 'worker', ...runs, ...machine } as const;
  return { kubernetes: '1.36.3', nodes: [node], layers: [], charts, providers: [], applySets: [] };
}

async function found(survey: SiteSurvey, given: ReadonlyMap<string, string>) {
  const port = new PortOfCharts();
  const layers = await layerEvidence(
    { stored: { release, digest: 'sha256:0' }, survey, base, given },
    port,
    new AbortController().signal,
  );
  const { differences } = matchRelease(release, survey, { layers, template: null });
  return { layers, differences };
}

describe('the values of a layer that others installed', () => {
  const given = new Map([['k8s-kubernetes', podsOfSite]]);

  it('are the pack’s own, macros and all, where its release runs what these come to', async () => {
    const { layers, differences } = await found(siteWith({ mtu: 0, pods: '172.16.0.0/12' }), given);
    expect(differences).toEqual([]);
    expect(layers[1]?.values).toBe(base.get('cni-calico'));
  });

  it('have what the release runs in their place', async () => {
    const { layers, differences } = await found(siteWith({ mtu: 9000, pods: '172.16.0.0/12', own: false }), given);
    expect(differences).toEqual([]);
    expect(layers[1]?.values).toBe(
      'charts:\n  calico:\n    # Bytes.\n    mtu: 9000\n    pods: "{{ .spectro.pack.kubernetes.pods }}"\n    own: false\n',
    );
  });

  it('are those that a person gives, which have to be what runs', async () => {
    const text = 'charts:\n  calico: { mtu: 9000, pods: 172.16.0.0/12 }\n';
    const both = new Map([...given, ['cni-calico', text]]);
    expect((await found(siteWith({ mtu: 9000, pods: '172.16.0.0/12' }), both)).differences).toEqual([]);
    expect((await found(siteWith({ mtu: 1, pods: '172.16.0.0/12' }), both)).differences).toMatchObject([
      { what: 'values', found: 'revision 1 has others at mtu' },
    ]);
  });

  it('that the pack cannot be laid out with are a difference of that layer', async () => {
    const both = new Map([...given, ['cni-calico', 'broken: 1\n']]);
    expect((await found(siteWith({}), both)).differences).toMatchObject([
      { what: 'values', object: 'layer cni/calico', found: expect.stringContaining('broken') as unknown },
    ]);
  });
});
