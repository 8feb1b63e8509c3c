import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  cpSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import { runProcess } from '@sealift/cli/demo/child-process';
import type { DemoContext } from '@sealift/cli/demo/demo-context';
import { mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import { LayoutWriter } from '@sealift/oci/layout';
import { parseDocument, type YAMLSeq } from 'yaml';
import { z } from 'zod';
import { buildExecutable } from '../../../packages/cli/src/executable/build-executable.ts';
import { consoleNames } from '../../../packages/cli/src/commands/server/pack/console-manifests.ts';

export const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const made = z.object({ image: z.string() });

/** An image of the libraries of this machine that a program is linked with, each where the program looks for it; and of nothing else. */
export async function writeBaseImage(
  folder: string,
  program: string,
  { of = architecture, without }: { readonly of?: string; readonly without?: string } = {},
): Promise<void> {
  const linked = execFileSync('ldd', [program], { encoding: 'utf8' });
  const files = [...linked.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
  const tree = `${folder}-tree`;
  for (const path of files) {
    if (without !== undefined && path.includes(without)) continue;
    mkdirSync(join(tree, dirname(path)), { recursive: true });
    cpSync(realpathSync(path), join(tree, path));
  }
  mkdirSync(join(tree, 'tmp'), { recursive: true });
  const tar = execFileSync('tar', ['-C', tree, '--owner=0', '--group=0', '-cf', '-', '.'], { maxBuffer: 2 ** 30 });
  const layout = await LayoutWriter.create(folder);
  const layer = await layout.addBlob(gzipSync(tar, { level: 1 }), { mediaType: mediaTypes.layerGzip });
  const config = {
    architecture: of,
    os: 'linux',
    config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], Cmd: ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
  };
  const described = await layout.addBlob(Buffer.from(JSON.stringify(config)), { mediaType: mediaTypes.config });
  layout.addIndexEntry(await layout.addManifest({ schemaVersion: 2, config: described, layers: [layer] }), 'base');
  await layout.finish();
}

/** This checkout's executable, under a version. @returns its path */
export async function executableOf(version: string, path: string): Promise<string> {
  const gzipPath = await buildExecutable(() => undefined, process.env, undefined, version);
  await pipeline(createReadStream(gzipPath), createGunzip(), createWriteStream(path, { mode: 0o755 }));
  return path;
}

/** Adds to a release of the sample platform the packs of a console, as `sealift server pack` makes them. @returns the console's image */
export async function addConsole(
  demo: DemoContext,
  release: string,
  { executable, version, base }: { readonly executable: string; readonly version: string; readonly base: string },
): Promise<string> {
  const root = demo.checkout.harborview;
  const output = join(root, `console-${version}`);
  const args = ['server', 'pack', '-o', output, '--base', `oci:${base}`, '--executable', executable, '--json'];
  const { stdout } = await runProcess({
    name: 'the making of the packs of the console',
    command: executable,
    args: [...args, '--architecture', architecture],
    env: demo.env,
    cwd: demo.folder.path,
    cancel: demo.cancel,
  });
  const { image } = made.parse(JSON.parse(stdout));
  const file = join(root, release, 'release.yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  const add = (path: readonly string[], item: unknown): void =>
    (document.getIn(path) as YAMLSeq).add(document.createNode(item));
  for (const pack of [consoleNames.imagePack, consoleNames.pack]) {
    cpSync(join(output, 'packs', pack), join(root, 'packs', `${pack}-${version}`), { recursive: true });
    add(['spec', 'layers'], { layer: 'addon', pack, version });
    add(['spec', 'content', 'packs'], `../packs/${pack}-${version}`);
  }
  add(['spec', 'content', 'images'], `oci:../console-${version}/image`);
  document.setIn(['spec', 'steps'], { [`layer-addon-${consoleNames.pack}`]: { rollback: 'one-way' } });
  writeFileSync(file, document.toString());
  return image;
}
