import { readsUpgradesAnnotation } from '@sealift/core/upgrade';
import type { ReleaseSketch } from '../../../packages/server/src/testing/push-release.ts';
import { usualTarget } from '../fault-case.ts';
import { altered, plain, shop, valued } from './releases.ts';

/** Versions of the releases that the site may go to besides the usual one, by what is odd about them. */
export const releases = {
  /** Nothing: its workloads follow from its values. */
  valued: '1.2.0',
  conflicting: '1.3.0',
  risky: '1.3.1',
  otherConsole: '1.3.2',
  checked: '1.3.3',
  stepped: '1.3.4',
  narrow: '1.3.5',
  loadBalancer: '1.3.6',
  oldApi: '1.3.7',
  strayAddress: '1.3.8',
  /** Its node image is of some gibibytes. */
  large: '1.3.9',
  withGateway: '1.3.10',
  unmet: '1.3.13',
  /** It does not bring the ingress and its certificate any more. */
  nameless: '1.3.12',
  withoutExecutable: '1.3.11',
  /** It has an object of a kind that it does not define. */
  unserved: '1.3.14',
  /** It has an object of a kind, in a version that its own definition does not serve. */
  otherVersion: '1.3.15',
  /** Its pack asks for cores and memory. */
  hungry: '1.3.17',
  /** Nothing: its own definition serves the kind. */
  defining: '1.3.16',
} as const;

/** A kind of a pack's own. */
export const berths = {
  metadata: { name: 'berths.dock.example.com' },
  spec: {
    group: 'dock.example.com',
    scope: 'Namespaced',
    names: { kind: 'Berth', plural: 'berths' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};
const berthDefinition = `---\n${JSON.stringify({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', ...berths })}\n`;
const berth = (version: string): string =>
  `---\napiVersion: dock.example.com/${version}\nkind: Berth\nmetadata: { name: first, namespace: ${shop} }\n`;

const upgradesFrom = '>=1.0.0 <2.0.0';

/** Every release that the console's registry has, without the installed one. */
export const offered: readonly ReleaseSketch[] = [
  plain(usualTarget),
  valued(releases.valued),
  plain(releases.conflicting, { cniValues: 'mtu: 1500\n' }),
  plain(
    releases.risky,
    altered(() => ({
      upgradesFrom: [
        {
          range: upgradesFrom,
          risk: { name: 'SlowStart', severity: 'low' as const, text: 'The first start takes an hour.' },
        },
      ],
    })),
  ),
  plain(releases.otherConsole, {}, consoleOf(releases.otherConsole)),
  plain(
    releases.checked,
    altered(() => ({
      checks: [
        {
          name: 'database-certificate',
          title: 'The database has its CA',
          query: { apiVersion: 'v1', kind: 'Secret', namespace: shop, name: 'database-tls' },
          field: ".data['ca.crt']",
          expect: { exists: true },
          optional: false,
          severity: 'block',
          remedy: 'Put the CA into the Secret as ca.crt.',
        },
      ],
    })),
  ),
  plain(
    releases.stepped,
    altered(() => ({
      releaseSteps: [
        {
          name: 'compatibility',
          title: 'Raise the compatibility of the database',
          at: { before: 'nodes' },
          do: {
            kind: 'set-field',
            object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: shop, name: 'engine' },
            field: '.data.compatibility',
            from: ['5.0'],
            to: '6.0',
          },
        },
      ],
    })),
  ),
  plain(releases.narrow, {
    cniFiles: {
      'values.schema.json': JSON.stringify({
        type: 'object',
        properties: { mtu: { type: 'integer', maximum: 1500 } },
      }),
    },
  }),
  plain(
    releases.loadBalancer,
    {},
    `---\napiVersion: v1\nkind: Service\nmetadata: { name: front, namespace: ${shop} }\nspec: { type: LoadBalancer, ports: [ { port: 443 } ] }\n`,
  ),
  plain(
    releases.oldApi,
    {},
    '---\napiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: { name: old }\nspec: {}\n',
  ),
  plain(
    releases.strayAddress,
    {},
    `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: stray, namespace: ${shop} }\ndata: { queue: "amqp://queue.messages.svc:5672" }\n`,
  ),
  plain(
    releases.large,
    altered(({ nodeImage }) =>
      nodeImage === undefined ? {} : { nodeImage: { ...nodeImage, sizeBytes: 5 * 2 ** 30 } },
    ),
  ),
  withoutNames(plain(releases.nameless)),
  plain(releases.unmet, {
    cniConstraints: {
      dependencies: [{ packName: 'kubernetes', type: 'required', minVersion: '1.37.0' }],
    },
  }),
  plain(releases.withGateway, {
    gateway: { version: '1.1.0', minimum: '1.0.0', executable: Buffer.from('an executable') },
  }),
  plain(releases.hungry, {
    cniConstraints: {
      resources: [
        { type: 'cpu', minLimit: 2000 },
        { type: 'memory', minLimit: 1024 },
      ],
    },
  }),
  plain(releases.unserved, {}, berth('v1')),
  plain(releases.otherVersion, {}, `${berthDefinition}${berth('v1beta1')}`),
  plain(releases.defining, {}, `${berth('v1')}${berthDefinition}`),
  plain(releases.withoutExecutable, { gateway: { version: '1.1.0', minimum: '1.0.0' } }),
];

function withoutNames(sketch: ReleaseSketch): ReleaseSketch {
  const manifests = (sketch.cniFiles?.['manifests/app.yaml'] ?? '').split('---\n');
  const rest = manifests.filter((text) => !/^kind: (?:Ingress|Secret)$/m.test(text));
  return { ...sketch, cniFiles: { 'manifests/app.yaml': rest.join('---\n') } };
}

function consoleOf(version: string): string {
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: console, namespace: ${shop}, annotations: { ${readsUpgradesAnnotation}: "999" } }
spec:
  selector: { matchLabels: { app: console } }
  template:
    metadata: { labels: { app: console } }
    spec: { containers: [ { name: console, image: "registry.example/app:${version}" } ] }
`;
}
