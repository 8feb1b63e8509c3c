import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Peer } from './peers.ts';

/**
 * A chart's archive, packed by helm itself.
 *
 * @param files by path below the chart, such as `templates/web.yaml`; Chart.yaml is added
 */
export function packChart(
  helm: Peer,
  files: Readonly<Record<string, string>>,
  { name = 'web', version = '1.0.0' }: { readonly name?: string; readonly version?: string } = {},
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-chart-'));
  try {
    const chart = { 'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`, ...files };
    for (const [path, text] of Object.entries(chart)) {
      const file = join(folder, name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    execFileSync(helm.path, ['package', join(folder, name), '--destination', folder], {
      env: { HOME: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return readFileSync(join(folder, `${name}-${version}.tgz`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
