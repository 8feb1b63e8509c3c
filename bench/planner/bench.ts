import { inGraph, planPath, releaseGraph } from '@sealift/core/planner';
import { digestSchema, type Release, releaseSchema } from '@sealift/core/release';
import { type Row, row } from '../row.ts';

/** The planner beside what is demanded of it. */
export const parts = { path: pathRows };

const limitMs = 100;
const repeats = 15;

/** Releases of five majors in minors of five patches; each takes what is up to four minors older, one minor of Kubernetes in four minors of the platform. */
function sampleReleases(count: number): Release[] {
  const digest = digestSchema.parse(`sha256:${'a'.repeat(64)}`);
  return Array.from({ length: count }, (_, index) => {
    const minor = Math.floor(index / 5);
    const kubernetes = `1.${30 + Math.floor(minor / 4)}.${minor % 4}`;
    const major = (of: number): number => 1 + Math.floor(of / 8);
    const version = `${major(minor)}.${minor}.${index % 5}`;
    const oldest = Math.max(0, minor - 4);
    const risky = Math.max(0, minor - 8);
    const ova = `k-${minor}.ova`;
    const packs = [{ name: 'platform', version, layer: 'addon', digest, sizeBytes: 1 }];
    return releaseSchema.parse({
      apiVersion: 'sealift.dev/v1',
      kind: 'Release',
      metadata: { product: 'Sample', version },
      spec: {
        upgradesFrom: [
          { range: `>=${major(oldest)}.${oldest}.0 <${version}` },
          {
            range: `>=${major(risky)}.${risky}.0 <${version}`,
            risk: { name: 'Untried', severity: 'medium', text: 'Tried by nobody.' },
          },
        ],
        required: index % 40 === 39,
        kubernetes: { version: kubernetes, supported: '>=1.26' },
        nodeImage: { ova, os: 'x', kubernetes, sha256: digest.slice(7), digest, sizeBytes: 1 },
        layers: [{ layer: 'addon', pack: 'platform', version, digest }],
        packs,
        images: [],
      },
    });
  });
}

function pathRows(note: (text: string) => void): Row[] {
  return [50, 200].map((count) => {
    const releases = sampleReleases(count);
    const times = Array.from({ length: repeats }, () => {
      const begun = process.cpuUsage();
      const graph = releaseGraph('Sample', releases);
      const from = inGraph(graph, releases[0]?.metadata.version ?? '');
      if (from === undefined) throw new Error('the first release is not in its graph');
      const plan = planPath({ graph, from, to: undefined });
      const { user, system } = process.cpuUsage(begun);
      const ms = (user + system) / 1000;
      if (plan.path === null || plan.to !== releases.at(-1)?.metadata.version) throw new Error('no path was found');
      return { ms, hops: plan.path.hops.length };
    });
    const sorted = times.map(({ ms }) => ms).toSorted((a, b) => a - b);
    note(`${count} releases: ${times[0]?.hops} hops, the first time ${Math.round(times[0]?.ms ?? 0)} ms`);
    return row(
      `plan a path through ${count} releases`,
      'ms of processor time',
      sorted[Math.floor(repeats / 2)] ?? 0,
      limitMs,
      'limit',
    );
  });
}
