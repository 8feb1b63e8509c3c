import { testKey, validCertificate } from '@sealift/testkit/certificates';
import type { Release } from '@sealift/core/release';
import type { ReleaseSketch } from '../../../packages/server/src/testing/push-release.ts';

/** Kubernetes as it runs, and its later patch that the releases bring. */
export const kubernetes = { now: '1.36.3', next: '1.36.4', minor: '1.37.2' } as const;

/** Where the workloads of the releases are. */
export const shop = 'shop';

const encoded = (text: string): string => Buffer.from(text).toString('base64');

/** What the pack of the CNI brings, by what sites may choose of it. */
interface Chosen {
  readonly version: string;
  readonly image: string;
  readonly port: string;
  readonly replicas: string;
  readonly pool: string;
  readonly database: string;
  readonly host: string;
  readonly certificate: string;
}

const usual = (version: string): Chosen => ({
  version,
  image: `registry.example/app:${version}`,
  port: '9100',
  replicas: '2',
  pool: 'general',
  database: 'database.shop.svc.cluster.local',
  host: 'shop.example.test',
  certificate: encoded(validCertificate),
});

/** The workloads of a release: what a platform has of each kind that a preflight looks at. */
function workloads(chosen: Chosen): string {
  const metadata = (name: string): string => `metadata: { name: ${name}, namespace: ${shop} }`;
  const labels = (app: string): string => `metadata: { labels: { app: ${app} } }`;
  return `apiVersion: v1
kind: ConfigMap
${metadata('app')}
data: { database: "postgres://${chosen.database}:5432/app", version: "${chosen.version}" }
---
apiVersion: v1
kind: Service
${metadata('database')}
spec: { selector: { app: database }, ports: [ { port: 5432 } ] }
---
apiVersion: v1
kind: Secret
${metadata('app-tls')}
type: kubernetes.io/tls
data: { tls.crt: "${chosen.certificate}", tls.key: "${encoded(testKey)}" }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
${metadata('app')}
spec:
  tls: [ { hosts: [ "${chosen.host}" ], secretName: app-tls } ]
  rules:
    - host: "${chosen.host}"
      http: { paths: [ { path: /, pathType: Prefix, backend: { service: { name: database, port: { number: 5432 } } } } ] }
---
apiVersion: apps/v1
kind: Deployment
${metadata('app')}
spec:
  replicas: ${chosen.replicas}
  selector: { matchLabels: { app: app } }
  template:
    ${labels('app')}
    spec:
      nodeSelector: { pool: "${chosen.pool}" }
      containers:
        - name: app
          image: "${chosen.image}"
          resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { cpu: 200m, memory: 128Mi } }
---
apiVersion: apps/v1
kind: DaemonSet
${metadata('agent')}
spec:
  selector: { matchLabels: { app: agent } }
  template:
    ${labels('agent')}
    spec:
      containers: [ { name: agent, image: "registry.example/app:${chosen.version}", ports: [ { containerPort: 9100, hostPort: ${chosen.port} } ] } ]
`;
}

/** A release whose workloads are written out: nothing of them is chosen by values. */
export function plain(version: string, of: Partial<ReleaseSketch> = {}, extra = ''): ReleaseSketch {
  return {
    version,
    kubernetes: kubernetes.next,
    upgradesFrom: '>=1.0.0 <2.0.0',
    cniValues: 'mtu: 1440\n',
    ...of,
    cniFiles: { 'manifests/app.yaml': `${workloads(usual(version))}${extra}`, ...of.cniFiles },
  };
}

/** Which of the workloads' fields the values of {@link valued} choose, below `manifests.app`. */
export const choices = ['image', 'port', 'replicas', 'pool', 'database', 'host', 'certificate'] as const;
export type Choice = (typeof choices)[number];

/** Values that choose what the workloads of a release are. @param mtu of the site */
export function valuesOf(version: string, chosen: Partial<Record<Choice, string>> = {}, mtu = 1440): string {
  const all = { ...usual(version), ...chosen };
  const values = choices.map((name) => `    ${name}: ${JSON.stringify(all[name])}\n`).join('');
  return `mtu: ${mtu}\nmanifests:\n  app:\n${values}`;
}

/** A release whose values choose what its workloads are. */
export function valued(version: string): ReleaseSketch {
  const template = Object.fromEntries(choices.map((name) => [name, `{{ .Values.${name} }}`]));
  return plain(version, {
    cniValues: valuesOf(version),
    cniFiles: { 'manifests/app.yaml': workloads({ ...usual(version), ...template }) },
  });
}

/** Changes what a release says of itself, before it is signed. */
export function altered(change: (spec: Release['spec']) => Partial<Release['spec']>): Pick<ReleaseSketch, 'alter'> {
  return { alter: (release) => ({ ...release, spec: { ...release.spec, ...change(release.spec) } }) };
}
