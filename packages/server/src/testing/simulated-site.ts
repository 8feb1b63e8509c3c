import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningPlatform } from './running-platform.ts';

/** What the simulated cluster of a platform runs, without when it came, and what is recorded of it: equal texts are equal sites. */
export async function exportSite(platform: RunningPlatform) {
  const state = JSON.parse(await readFile(join(platform.folder, 'simulator', 'state.json'), 'utf8'));
  const layers = state.layers
    .map((layer: Record<string, unknown>) => ({ ...layer, appliedAt: undefined }))
    .toSorted((a: { pack: string }, b: { pack: string }) => (a.pack < b.pack ? -1 : 1));
  const { version, layers: recorded } = (await platform.call('GET', '/profile')).body;
  return { layers, version, recorded };
}

/** Sets the faults of the simulated cluster, as its own API takes them; none with an empty list. */
export async function setFaults(platform: RunningPlatform, faults: readonly object[]): Promise<void> {
  const answer = await fetch(`${platform.simulatorUrl}/v1/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  });
  if (!answer.ok) throw new Error(`the simulator refuses faults: ${answer.status}`);
}
