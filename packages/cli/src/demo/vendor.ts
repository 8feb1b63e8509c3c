import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostArchitecture } from '../executable/architecture.ts';
import { runProcess } from './child-process.ts';
import type { DemoContext } from './demo-context.ts';

/** What the vendor hands over: bundles, and apart from them the public key that they are signed with. */
export interface Vendor {
  readonly publicKeyFile: string;
  /** The text of the public key file. */
  readonly publicKey: string;
  readonly bundles: ReadonlyMap<string, string>;
}

/** Makes a signing key and the bundles of the sample platform's releases, as the vendor's release engineer would. */
export async function makeVendor(demo: DemoContext, versions: readonly string[]): Promise<Vendor> {
  const key = join(demo.folder.vendor, 'vendor');
  await sealift(demo, 'the making of the vendor key', ['keys', 'generate', '--out', key]);
  const bundles = new Map<string, string>();
  for (const version of versions) {
    demo.say(`Building airgap-v${version}.bin`);
    const output = join(demo.folder.vendor, `airgap-v${version}.bin`);
    const releaseFile = join(demo.checkout.harborview, version, 'release.yaml');
    const make = ['bundle', 'create', '-f', releaseFile, '-o', output, '--key', `${key}.key`];
    // Only for this machine: an executable for another processor would have to be fetched first.
    const args = [...make, '--architecture', hostArchitecture];
    await sealift(demo, `the making of airgap-v${version}.bin`, args);
    bundles.set(version, output);
  }
  const publicKeyFile = `${key}.pub`;
  return { publicKeyFile, publicKey: await readFile(publicKeyFile, 'utf8'), bundles };
}

/** @throws TypeError when the vendor made no bundle of that version */
export function bundleOf(vendor: Vendor, version: string): string {
  const path = vendor.bundles.get(version);
  if (path === undefined) throw new TypeError(`no bundle of ${version} was made`);
  return path;
}

/** Runs the command line to its end, in the demo's folder and with its environment. */
export function sealift(demo: DemoContext, name: string, args: readonly string[]) {
  return runProcess({
    name,
    command: demo.checkout.sealift,
    args,
    env: demo.env,
    cwd: demo.folder.path,
    cancel: demo.cancel,
  });
}
