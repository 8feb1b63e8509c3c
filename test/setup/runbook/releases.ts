import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packChart } from '../../../examples/harborview/content/chart.ts';
import { harborview as sample } from '../../../examples/harborview/build.ts';
import { gatewayPlatform } from '../../../packages/server/src/testing/push-release.ts';
import { parse, stringify } from 'yaml';
import { gatewayExecutable } from '../../gateway/setup/gateway-executable.ts';
import type { OtherReleases } from '../real-environment.ts';

/** The releases of the runbook: the site is at the end of an old major, and 4.2.13 is a new one. */
export const installed = '3.9.7';
export const offered = '4.2.13';
/** One that was brought over the gap before, and never installed. */
export const known = '4.2.12';
/** Too old for a step to a new major. */
export const tooOld = '3.9.4';

/** Newer, and not for this site. */
export const refused = '4.1.2';

/** What gateways were installed with. */
export const firstGateway = '3.9.0';

/** A version of a pack in use that was released by itself. */
export const newerPack = { name: 'ingress-nginx', inUse: '4.7.1', version: '4.7.5' } as const;

interface ReleaseText {
  metadata: { version: string };
  spec: {
    upgradesFrom: { range: string }[];
    layers: { pack: string }[];
    gateway?: { version: string; minimum: string };
    content: {
      packs: string[];
      images: string[];
      nodeImage: string;
      tools?: { name: string; platform: string; path: string }[];
    };
  };
}

export const runbookReleases: OtherReleases = {
  installed,
  uploaded: [tooOld, installed, refused, known],
  offered: [offered],
  async write(folder) {
    const before = read(folder, '4.2.12');
    // Without one of its packs, so that what a site runs tells the two apart.
    const older = structuredClone(before);
    older.spec.layers = older.spec.layers.filter(({ pack }) => pack !== newerPack.name);
    older.spec.content.packs = older.spec.content.packs.filter((path) => !path.includes(newerPack.name));
    const upgradesFrom = (version: string) => [{ range: `>=3.9.0 <${version}` }];
    for (const [version, release, accepts] of [
      [tooOld, older, upgradesFrom(tooOld)],
      [installed, before, upgradesFrom(installed)],
      [refused, before, [{ range: `>=4.0.0 <${refused}` }]],
    ] as const) {
      const gateway = { version, minimum: firstGateway };
      write(folder, version, { ...release, spec: { ...release.spec, upgradesFrom: [...accepts], gateway } });
    }
    const after = read(folder, offered);
    for (const [version, release, minimum] of [
      [known, before, '4.0.0'],
      [offered, after, offered],
    ] as const) {
      const path = join(folder, `sealift-gateway-${version}`);
      writeFileSync(path, await gatewayExecutable(version), { mode: 0o755 });
      const tools = [{ name: 'sealift-gateway', platform: gatewayPlatform, path }];
      const content = { ...release.spec.content, tools };
      const spec = { ...release.spec, upgradesFrom: upgradesFrom(version), gateway: { version, minimum }, content };
      write(folder, version, { ...release, spec });
    }
  },
};

/** Makes the folder of the newer pack out of the one in use. @returns its path */
export function writeNewerPack(folder: string): string {
  const { name, inUse, version } = newerPack;
  const path = join(folder, 'packs', `${name}-${version}`);
  cpSync(join(folder, 'packs', `${name}-${inUse}`), path, { recursive: true });
  const file = join(path, 'pack.json');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(inUse, version));
  rmSync(join(path, 'charts'), { recursive: true, force: true });
  mkdirSync(join(path, 'charts'));
  const chart = packChart(join(sample, 'charts', name), name, version);
  writeFileSync(join(path, 'charts', `${name}-${version}.tgz`), chart);
  return path;
}

/** The paths in it as from the folder of another release. */
function read(folder: string, version: string): ReleaseText {
  const text = parse(readFileSync(join(folder, version, 'release.yaml'), 'utf8')) as ReleaseText;
  const { content } = text.spec;
  const made = (path: string): string => path.replace('./build/', `../${version}/build/`);
  content.images = content.images.map(made);
  content.nodeImage = made(content.nodeImage);
  return text;
}

function write(folder: string, version: string, release: ReleaseText): void {
  mkdirSync(join(folder, version), { recursive: true });
  const text = stringify({ ...release, metadata: { ...release.metadata, version } });
  writeFileSync(join(folder, version, 'release.yaml'), text);
}
