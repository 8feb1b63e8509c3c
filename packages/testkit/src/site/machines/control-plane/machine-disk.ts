import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { filesIn, type HostPath } from './kubeadm-config.ts';

/** The disk of a control-plane machine, as far as its bootstrap data write on it. */
export class MachineDisk {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Writes the files of a machine's bootstrap data, as cloud-init does. */
  async write(userData: string): Promise<void> {
    for (const { path, content } of filesIn(userData)) {
      const at = join(this.#root, path);
      await mkdir(dirname(at), { recursive: true });
      await writeFile(at, content, { mode: 0o600 });
    }
  }

  /** Makes folders that a component asks for on the machine, as the kubelet does. */
  async prepare(volumes: readonly HostPath[]): Promise<void> {
    for (const { hostPath, pathType } of volumes) {
      if (pathType === 'DirectoryOrCreate') await mkdir(join(this.#root, hostPath), { recursive: true });
    }
  }

  /** Arguments of a component that name what it sees of the disk; what is not mounted is not there for it, as in its pod. */
  argumentsIn(
    extraArgs: Readonly<Record<string, string>>,
    volumes: readonly HostPath[],
  ): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(extraArgs).map(([name, value]) => [name, this.#seen(value, volumes)]));
  }

  async destroy(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  #seen(value: string, volumes: readonly HostPath[]): string {
    const volume = volumes.find(({ mountPath }) => value === mountPath || value.startsWith(`${mountPath}/`));
    return volume === undefined ? value : join(this.#root, volume.hostPath, value.slice(volume.mountPath.length));
  }
}
