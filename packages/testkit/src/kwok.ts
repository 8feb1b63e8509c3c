import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Peer } from './peers.ts';
import { type BoundProcess, runBound } from './process/bound-process.ts';

const stages = fileURLToPath(new URL('../../../test/peers/bin/cluster-api/config/kwok/stage', import.meta.url));
const usual = [
  'node/fast/node-initialize',
  'node/heartbeat-with-lease/node-heartbeat-with-lease',
  'pod/fast/pod-ready',
  'pod/fast/pod-complete',
  'pod/fast/pod-delete',
];

/**
 * Plays the kubelets of every Node of a cluster: Nodes and scheduled Pods become ready, Pods of Jobs end.
 *
 * @param folder takes its configuration and its log
 */
export async function startKwok(kwok: Peer, kubeconfig: string, folder: string): Promise<BoundProcess> {
  const config = join(folder, 'kwok.yaml');
  const texts = await Promise.all(usual.map((name) => readFile(`${stages}/${name}.yaml`, 'utf8')));
  await writeFile(config, texts.join('\n---\n'));
  const flags = {
    config,
    kubeconfig,
    'manage-all-nodes': true,
    'node-ip': '127.0.0.1',
    // It serves nothing: neither logs nor port-forwards are asked for.
    'node-port': 0,
    'server-address': '127.0.0.1:0',
    'node-lease-duration-seconds': 40,
  };
  const parts = Object.entries(flags).map(([name, value]) => `--${name}=${String(value)}`);
  return runBound(kwok.path, parts, { name: 'kwok', log: join(folder, 'kwok.log') });
}
