import { readsUpgradesAnnotation } from '@sealift/core/upgrade';

/** What the packs of one version of the console are made of. */
export interface ConsoleImage {
  /** Version of the console. */
  readonly version: string;
  /** With its tag and digest. */
  readonly image: string;
  /** The forms of an upgrade under way that it reads. */
  readonly reads: readonly number[];
}

/** Where everything of the console is, and what the packs are called. */
export const consoleNames = {
  namespace: 'sealift-system',
  pack: 'sealift-console',
  imagePack: 'sealift-console-image',
} as const;

/** As whom its containers run; no account of any host. */
export const consoleUser = 65_532;

const pod = `      securityContext:
        runAsNonRoot: true
        runAsUser: ${consoleUser}
        runAsGroup: ${consoleUser}
        fsGroup: ${consoleUser}
        seccompProfile: { type: RuntimeDefault }`;
const container = `          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }`;

/**
 * Has the image on every node before the console is replaced, and on nodes that come: the registry that nodes pull from may be the console's
 * own, and is away while that moves. It also shows that the new version starts on these nodes.
 */
export function imageManifest({ version, image }: ConsoleImage): string {
  const { namespace, imagePack: name } = consoleNames;
  return `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: ${name}
  namespace: ${namespace}
  labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/version: "${version}" }
spec:
  selector:
    matchLabels: { app.kubernetes.io/name: ${name} }
  minReadySeconds: 5
  updateStrategy:
    type: RollingUpdate
    rollingUpdate: { maxUnavailable: 100% }
  template:
    metadata:
      labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/version: "${version}" }
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 5
${pod}
      containers:
        - name: stand-by
          image: ${image}
          args: [server, stand-by]
          env:
            - { name: HOME, value: /tmp }
          resources:
            requests: { cpu: 1m, memory: 96Mi }
            limits: { memory: 256Mi }
${container}
`;
}

/** The console itself. One process has its folder: the old one is gone before the new one comes. */
export function consoleManifest({ version, image, reads }: ConsoleImage): string {
  const { namespace, pack: name } = consoleNames;
  const value = (path: string): string => `{{ .spectro.pack.${name}.console.${path} }}`;
  return `apiVersion: v1
kind: ServiceAccount
metadata: { name: ${name}, namespace: ${namespace} }
---
# It applies whatever the packs of a release hold, and so has every right in the cluster.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: ${name} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects:
  - { kind: ServiceAccount, name: ${name}, namespace: ${namespace} }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests: { storage: "${value('storage')}" }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  selector: { app.kubernetes.io/name: ${name} }
  ports:
    - { name: http, port: 80, targetPort: http }
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/version: "${version}" }
  annotations: { ${readsUpgradesAnnotation}: "${reads.join(',')}" }
spec:
  replicas: 1
  strategy: { type: Recreate }
  # A first start may bring a large database up to date.
  progressDeadlineSeconds: 1200
  selector:
    matchLabels: { app.kubernetes.io/name: ${name} }
  template:
    metadata:
      labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/version: "${version}" }
    spec:
      serviceAccountName: ${name}
      # It lets an upgrade reach its next safe point, for a minute at most.
      terminationGracePeriodSeconds: 120
${pod}
      containers:
        - name: console
          image: ${image}
          args: [server, run, --data, /var/lib/sealift, --listen, "0.0.0.0:8480"]
          env:
            - { name: HOME, value: /var/lib/sealift }
            - { name: SEALIFT_TRUSTED_PROXY, value: "${value('trustedProxy')}" }
          # DATABASE_URL, and what else is secret.
          envFrom:
            - secretRef: { name: ${name} }
          ports:
            - { name: http, containerPort: 8480 }
          startupProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 5
            failureThreshold: 120
          livenessProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 20
            timeoutSeconds: 10
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /readyz, port: http }
            timeoutSeconds: 10
          resources:
            requests: { cpu: 250m, memory: 1Gi }
            limits: { memory: "${value('memory')}" }
          volumeMounts:
            - { name: data, mountPath: /var/lib/sealift }
            - { name: tmp, mountPath: /tmp }
            - { name: files, mountPath: /etc/sealift, readOnly: true }
${container}
      volumes:
        - name: data
          persistentVolumeClaim: { claimName: ${name} }
        - name: tmp
          emptyDir: {}
        # What a variable names: certificates, variables of packs.
        - name: files
          secret: { secretName: ${name}-files, optional: true }
`;
}
