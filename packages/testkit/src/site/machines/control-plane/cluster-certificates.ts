import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Access } from '../../json-client.ts';
import { type KubeApi, type KubeObject, printKubeconfig } from '../../kube-api.ts';
import { type CertifiedKey, type Holder, openAuthority } from '../../pki.ts';

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The authorities and keys that the control plane's controller makes for a cluster, by the end of their Secret's name. */
const sources = { ca: 'ca', etcd: 'etcd-ca', sa: 'sa', proxy: 'front-proxy-ca' } as const;

const loopback = ['127.0.0.1', 'localhost'];

/** What is issued: the file's name, which authority signs, and for whom. */
const issued: readonly {
  readonly file: string;
  readonly by: 'ca' | 'etcd-ca' | 'front-proxy-ca';
  readonly holder: Holder;
}[] = [
  { file: 'etcd', by: 'etcd-ca', holder: { commonName: 'etcd', names: loopback } },
  {
    file: 'apiserver',
    by: 'ca',
    holder: { commonName: 'kube-apiserver', names: [...loopback, 'kubernetes', 'kubernetes.default.svc'] },
  },
  { file: 'kubelet', by: 'ca', holder: { commonName: 'kubelet', names: loopback } },
  { file: 'front-proxy', by: 'front-proxy-ca', holder: { commonName: 'front-proxy-client' } },
  { file: 'admin', by: 'ca', holder: { commonName: 'kubernetes-admin', organizations: ['system:masters'] } },
  { file: 'controller-manager', by: 'ca', holder: { commonName: 'system:kube-controller-manager' } },
  { file: 'scheduler', by: 'ca', holder: { commonName: 'system:kube-scheduler' } },
];

/** A cluster's certificates as files, which is how its programs take them. */
export class ClusterCertificates {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The path of a certificate (`etcd.crt`), key (`etcd.key`) or login (`admin.kubeconfig`). */
  path(file: string): string {
    return join(this.#folder, file);
  }

  get complete(): boolean {
    return existsSync(this.path('scheduler.kubeconfig'));
  }

  /** Takes the authorities from the management cluster and issues what is missing; false while it does not have them all. */
  async prepare(
    management: KubeApi,
    { namespace, cluster, server }: { readonly namespace: string; readonly cluster: string; readonly server: string },
  ): Promise<boolean> {
    if (this.complete) return true;
    const given = new Map<string, CertifiedKey>();
    for (const [suffix, file] of Object.entries(sources)) {
      const secret = await management.get<Secret>(`/api/v1/namespaces/${namespace}/secrets/${cluster}-${suffix}`);
      const [cert, key] = [secret?.data?.['tls.crt'], secret?.data?.['tls.key']];
      if (cert === undefined || key === undefined) return false;
      given.set(file, { cert: decode(cert), key: decode(key) });
    }
    for (const [file, pair] of given) await this.#write(file, pair);
    for (const { file, by, holder } of issued) {
      const authority = given.get(by);
      if (authority === undefined) continue;
      const pair = await (await openAuthority(authority)).issue(holder);
      await this.#write(file, pair);
      if (!['admin', 'controller-manager', 'scheduler'].includes(file)) continue;
      const kubeconfig = printKubeconfig({ server, ca: given.get('ca')?.cert ?? '', ...pair });
      await writeFile(this.path(`${file}.kubeconfig`), kubeconfig, { mode: 0o600 });
    }
    return true;
  }

  /** The cluster's own authority. */
  get authority(): CertifiedKey {
    return { cert: this.#read('ca.crt').toString(), key: this.#read('ca.key').toString() };
  }

  /** Access as the administrator to an API server of this cluster. */
  admin(server: string): Access {
    return { server, ca: this.#read('ca.crt'), cert: this.#read('admin.crt'), key: this.#read('admin.key') };
  }

  /** Access to an etcd member of this cluster. */
  etcd(server: string): Access {
    return { server, ca: this.#read('etcd-ca.crt'), cert: this.#read('etcd.crt'), key: this.#read('etcd.key') };
  }

  #read(file: string): Buffer {
    return readFileSync(this.path(file));
  }

  async #write(file: string, { cert, key }: CertifiedKey): Promise<void> {
    await writeFile(this.path(`${file}.crt`), cert, { mode: 0o600 });
    await writeFile(this.path(`${file}.key`), key, { mode: 0o600 });
  }
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
