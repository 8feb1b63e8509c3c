/**
 * What becomes of a failure.
 * - `stopped`: the preflight blocks, with the object and the remedy.
 * - `mended`: a step that the release declares does away with it.
 * - `named`: the preflight warns of it.
 * - `refused`: it cannot be made at all.
 * - `open`: nothing is done about it.
 */
export type Answer = 'stopped' | 'mended' | 'named' | 'refused' | 'open';

/** One of the failures that upgrades of such platforms met in the field. */
export interface Failure {
  readonly failure: string;
  readonly answer: Answer;
  /** By what; of an open one what is missing. */
  readonly by: string;
  /** What is replayed, and where that is not the whole of it. */
  readonly replay?: string;
  /** The tests, and words of their names. */
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

const here = 'test/field/cluster.test.ts';
const declared = 'packages/site/src/cluster/declared';
const layers = 'packages/site/src/checks/layers/render-checks.test.ts';
const cluster = 'packages/site/src/checks/cluster/cluster-checks.test.ts';

/** In the order of the list; the first is number 1. */
export const failures: readonly Failure[] = [
  {
    failure: 'Ingresses that are left over block an admission webhook',
    answer: 'stopped',
    by: 'check `webhooks`',
    replay: 'a real API server with a webhook whose service has no endpoints',
    tests: [{ file: here, name: '1, ' }],
  },
  {
    failure: 'A certificate that services will verify from now on is missing',
    answer: 'stopped',
    by: 'a check that the release declares',
    replay: 'a Secret without `ca.crt` in a real API server',
    tests: [{ file: here, name: '2, ' }],
  },
  {
    failure: 'A wrong database address in the values of a pack',
    answer: 'stopped',
    by: 'check `service-addresses`, where the address is that of a service',
    replay: 'a Deployment in a real API server whose address of a service changes',
    tests: [{ file: here, name: '3, ' }],
  },
  {
    failure: 'Ids of volumes (CNS) that are not unique',
    answer: 'stopped',
    by: 'check `storage-identity`; mended by `sealift vsphere cns repair`, or the step `cns`',
    replay: 'a simulated vCenter with CNS',
    tests: [
      { file: 'packages/upgrade/src/preflight/storage-checks.test.ts', name: 'blocks while another cluster shares' },
      { file: 'packages/cli/src/commands/vsphere/cns.test.ts', name: 'is repaired for this cluster alone' },
    ],
  },
  {
    failure: 'A member of the database that is not healthy hangs the rolling restart',
    answer: 'stopped',
    by: 'a check that the release declares',
    replay: 'pods in a real API server; what the database says of itself is not asked',
    tests: [{ file: here, name: '5, ' }],
  },
  {
    failure: 'The compatibility version of the database is too old for its next major',
    answer: 'mended',
    by: 'step `set-field` of the release, where an operator takes the version from an object; without it stopped by a check that the release declares',
    replay: 'a custom resource in a real API server; the test is its operator',
    tests: [{ file: here, name: '6, ' }],
  },
  {
    failure: 'What is left over holds ports of nodes',
    answer: 'stopped',
    by: 'check `host-ports`, as far as it is a pod',
    replay: 'pods in a real API server; of processes that are none nobody tells',
    tests: [{ file: layers, name: 'name a host port that somebody else has' }],
  },
  {
    failure: 'Address claims that nobody uses exhaust a pool',
    answer: 'stopped',
    by: 'check `address-pools`',
    replay: 'pools of Cluster API in a real API server',
    tests: [{ file: cluster, name: 'name a pool without an address' }],
  },
  {
    failure: 'A certificate that was put in by hand is silently replaced',
    answer: 'stopped',
    by: 'check `names-stay`',
    replay: 'a real API server and helm',
    tests: [{ file: layers, name: 'name a certificate that was put there by hand' }],
  },
  {
    failure: 'The address of a new load balancer needs DNS',
    answer: 'named',
    by: 'check `names-stay`',
    replay: 'a Service in a real API server',
    tests: [{ file: here, name: '10, ' }],
  },
  {
    failure: 'Helm refuses a Deployment that a hook made',
    answer: 'mended',
    by: 'step `own-objects` of the release; without it stopped by check `layers-can-be-applied`',
    replay: 'a real API server and helm, with an object of another kind',
    tests: [{ file: `${declared}/declared-port.test.ts`, name: 'gives an object that was made by hand to a chart' }],
  },
  {
    failure: 'A volume claim has to change its access mode',
    answer: 'mended',
    by: 'step `migrate-claim` of the release',
    replay: 'a real API server and its controllers; the volume is not mounted by anybody',
    tests: [{ file: `${declared}/migrate-claim.test.ts`, name: 'waits for the pods that use it, keeps its volume' }],
  },
  {
    failure: 'Images are missing after the upgrade',
    answer: 'stopped',
    by: 'checks `content-present`, `images-known` and `images-pullable`',
    replay: 'a real API server, helm and a registry',
    tests: [{ file: layers, name: 'block what would be an ImagePullBackOff' }],
  },
  {
    failure: 'Pods are stuck in a drain',
    answer: 'stopped',
    by: 'check `disruption-budgets`',
    replay: 'budgets and pods in a real API server, which refuses the eviction',
    tests: [{ file: here, name: '14, ' }],
  },
  {
    failure: 'A type is converted in the values of the Kubernetes layer',
    answer: 'stopped',
    by: 'check `values-valid`, where the pack says of which type its values are',
    replay: 'the merge and the check, with values.schema.json',
    tests: [{ file: 'test/field/values.test.ts', name: '15, ' }],
  },
  {
    failure: 'The node image holds another Kubernetes than the release says',
    answer: 'refused',
    by: 'making the bundle; check `template` for one that was deployed by hand',
    tests: [
      {
        file: 'packages/bundle/src/create/create-bundle.test.ts',
        name: 'refuses a node image that is another than the release says',
      },
    ],
  },
  {
    failure: 'The password of the registry in the cluster is not that of the registry',
    answer: 'stopped',
    by: 'check `images-pullable`',
    replay: 'a registry that wants a login',
    tests: [{ file: layers, name: 'ask the image registry as the nodes will, with their login' }],
  },
  {
    failure: 'Blobs of no length after a reboot in the middle of a push',
    answer: 'refused',
    by: 'the registry hands out no blob that it has not read against its digest, and takes it anew',
    replay: 'a file of our own registry that is cut to nothing',
    tests: [{ file: 'test/field/registry.test.ts', name: '18, ' }],
  },
  {
    failure: 'Two builds of a pack under one name and version',
    answer: 'refused',
    by: 'packs are pinned by digest; one that runs in another build is named by check `layers-healthy`',
    tests: [
      {
        file: 'packages/core/src/release/read-release.test.ts',
        name: 'refuses a layer that is not pinned as its pack is',
      },
      { file: 'packages/upgrade/src/preflight/cluster-checks.test.ts', name: 'a rebuilt pack of the same version' },
    ],
  },
  {
    failure: 'Clocks of nodes that differ end sessions',
    answer: 'stopped',
    by: 'check `node-clocks`',
    replay: 'leases of nodes in a real API server',
    tests: [{ file: here, name: '20, ' }],
  },
  {
    failure: 'State of containerd that is left on a node',
    answer: 'refused',
    by: 'nodes are never changed in place: each is replaced by a machine of the new template',
    tests: [{ file: 'test/real-site.test.ts', name: 'replaced each machine once, by one of the imported template' }],
  },
  {
    failure: 'Scaling while a backup runs',
    answer: 'stopped',
    by: 'a check that the release declares',
    replay: 'a Backup of Velero in a real API server',
    tests: [{ file: here, name: '22, ' }],
  },
  {
    failure: 'A cluster is shown unhealthy for hours though it is well',
    answer: 'refused',
    by: 'nothing is remembered of how a cluster was: each look asks it',
    replay:
      'a Machine in a real API server whose node is not ready, and is again; what its controllers say too late is shown as they say it, with since when',
    tests: [{ file: 'test/preflight/suite.ts', name: '23, ' }],
  },
  {
    failure: 'A paused gateway hangs in its deletion',
    answer: 'refused',
    by: 'removing a gateway waits for nothing that it would have to say',
    replay: 'a gateway that every level holds, and that never answers',
    tests: [
      { file: 'packages/server/src/gateways/gateways.test.ts', name: 'are no longer waited for once it is removed' },
    ],
  },
  {
    failure: 'A proxy in front of the hooks of helm',
    answer: 'refused',
    by: 'what the proxy ends is asked for anew until the hook is over',
    replay:
      'a real API server and helm, and a proxy between that ends what waits for the Job of a hook; a proxy that lets nobody through is not',
    tests: [{ file: 'test/field/proxy.test.ts', name: '25, ' }],
  },
  {
    failure: 'The certificate of the registry rotates during the upgrade',
    answer: 'refused',
    by: 'what is being read goes on to its end, and our registry shows the new one while it is used (`sealift airgap rotate certificates`); one that is not trusted is named, with the remedy',
    replay: 'our own registry with TLS; what nodes trust is not looked at',
    tests: [
      { file: 'test/field/certificate.test.ts', name: '26, ' },
      {
        file: 'packages/cli/src/commands/airgap/serve/services.test.ts',
        name: 'takes another certificate while it is used',
      },
    ],
  },
  {
    failure: 'Credentials are encrypted otherwise in another version',
    answer: 'refused',
    by: 'what was sealed by another key is never opened as if it were its own: it is said, and given again',
    replay: 'settings of a site whose key was lost',
    tests: [
      { file: 'packages/server/src/site/routes.test.ts', name: 'of a lost key are given again, with every secret' },
    ],
  },
  {
    failure: 'An editor of values shows differences that nobody made',
    answer: 'refused',
    by: 'a merge keeps every byte that neither side changed',
    tests: [
      {
        file: 'packages/core/src/merge/merge.property.test.ts',
        name: 'with an unchanged release is current, byte for byte',
      },
    ],
  },
  {
    failure: 'The controller of CSI finds no node',
    answer: 'stopped',
    by: 'check `pods-placed`, by node selectors and taints',
    replay: 'nodes in a real API server',
    tests: [{ file: here, name: '29, ' }],
  },
  {
    failure: 'File names in /tmp that can be foretold',
    answer: 'refused',
    by: 'what programs are given lies in a folder with a random name, for the account of the console alone',
    tests: [{ file: 'packages/kubernetes/src/helm/program.test.ts', name: 'is for this account alone' }],
  },
];
