/** A check of the preflight that no fault is seeded for here. */
interface Elsewhere {
  readonly check: string;
  readonly why: string;
  /** The test that does. */
  readonly file: string;
}

/** Each with the reason. */
export const elsewhere: readonly Elsewhere[] = [
  {
    check: 'api-ready',
    why: 'an API server that says that it is not ready answers nothing else either',
    file: 'packages/site/src/checks/cluster/findings.test.ts',
  },
  {
    check: 'rehearsal',
    why: 'it copies the etcd of a real control plane, of which there is none',
    file: 'packages/upgrade/src/preflight/rehearsal-check.test.ts',
  },
  {
    check: 'pinned-etcd-image',
    why: 'it is of upgrades by emulation, which have to be rehearsed',
    file: 'packages/site/src/checks/component-images/component-images-check.test.ts',
  },
  {
    check: 'reversible',
    why: 'likewise',
    file: 'packages/site/src/cluster/rollouts-emulation.test.ts',
  },
  {
    check: 'cluster-class',
    why: 'it is of a Cluster that a ClusterClass manages, which is made by its controllers',
    file: 'packages/site/src/cluster/rollouts-topology.test.ts',
  },
  {
    check: 'release-checks',
    why: 'it speaks where a release can no longer be read, as of a key that is not trusted any more: seen beside `release-signed`',
    file: 'test/preflight/cases/releases.ts',
  },
  {
    check: 'steps-supported',
    why: 'a plan with a step that this version does not know is refused when it is read',
    file: 'packages/server/src/upgrades/other-version.test.ts',
  },
];
