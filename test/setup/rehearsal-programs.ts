import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Peer } from '@sealift/testkit/peers';

/** The programs that rehearse a minor of Kubernetes. */
export interface RehearsalPrograms {
  readonly etcd: Peer;
  readonly etcdutl: Peer;
  /** The API server of 1.36. */
  readonly old: Peer;
  /** That of 1.37. */
  readonly new: Peer;
}

/** Puts them into a folder under the names that a console looks for, and that the guide has. */
export async function layOutPrograms(folder: string, programs: RehearsalPrograms): Promise<void> {
  for (const [name, { path }] of [
    ['etcd', programs.etcd],
    ['etcdutl', programs.etcdutl],
    ['1.36/kube-apiserver', programs.old],
    ['1.37/kube-apiserver', programs.new],
  ] as const) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await symlink(resolve(path), join(folder, name));
  }
}
