import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Access } from '../json-client.ts';
import { printKubeconfig } from '../kube-api.ts';
import { type Authority, type Holder, makeAccountKey, makeAuthority } from '../pki.ts';

const loopback = ['127.0.0.1', 'localhost'];
/** The API server's own address in the range of Services, and its names, as kubeadm certifies them. */
const inCluster = ['10.96.0.1', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
const masters = ['system:masters'];

const holders = {
  etcd: { commonName: 'etcd', names: loopback },
  apiserver: { commonName: 'kube-apiserver', names: [...loopback, ...inCluster] },
  webhooks: { commonName: 'webhooks', names: loopback },
  admin: { commonName: 'kubernetes-admin', organizations: masters },
  'kube-controller-manager': { commonName: 'system:kube-controller-manager', names: loopback },
  'kube-scheduler': { commonName: 'system:kube-scheduler', names: loopback },
  // What a kubelet, or who stands in for one, knows the API server by.
  'kubelet-client': { commonName: 'kube-apiserver-kubelet-client', organizations: masters },
  'cluster-api': { commonName: 'cluster-api', organizations: masters },
} as const satisfies Readonly<Record<string, Holder>>;

/** Whom the management cluster's authority has certified. */
export type CertifiedHolder = keyof typeof holders;

/** A client's access with a certificate. */
export interface CertifiedAccess extends Access {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** One cluster's certificates as files: `ca.crt`, `ca.key`, `accounts.key`, and each holder's `.crt` and `.key`. */
export class ManagementCertificates {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Those of a folder, made when it has none yet: by a given authority, else by one of its own. */
  static async in(folder: string, given?: Authority): Promise<ManagementCertificates> {
    const certificates = new ManagementCertificates(folder);
    if (await exists(certificates.path('accounts.key'))) return certificates;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const write = (name: string, content: string): Promise<void> =>
      writeFile(join(folder, name), content, { mode: 0o600 });
    const authority = given ?? (await makeAuthority('kubernetes'));
    await write('ca.crt', authority.own.cert);
    await write('ca.key', authority.own.key);
    for (const [name, holder] of Object.entries(holders)) {
      const { cert, key } = await authority.issue(holder);
      await write(`${name}.crt`, cert);
      await write(`${name}.key`, key);
    }
    // Last: a folder that has it has them all.
    await write('accounts.key', makeAccountKey());
    return certificates;
  }

  path(file: 'ca.crt' | 'ca.key' | 'accounts.key' | `${CertifiedHolder}.${'crt' | 'key'}`): string {
    return join(this.#folder, file);
  }

  /** How a holder reaches a server of this cluster and proves itself to it. */
  async access(server: string, holder: CertifiedHolder): Promise<CertifiedAccess> {
    const read = (file: Parameters<typeof this.path>[0]): Promise<string> => readFile(this.path(file), 'utf8');
    return { server, ca: await read('ca.crt'), cert: await read(`${holder}.crt`), key: await read(`${holder}.key`) };
  }

  /** Writes a holder's kubeconfig and returns where. */
  async kubeconfig(server: string, holder: CertifiedHolder): Promise<string> {
    const path = join(this.#folder, `${holder}.kubeconfig`);
    await writeFile(path, printKubeconfig(await this.access(server, holder)), { mode: 0o600 });
    return path;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
