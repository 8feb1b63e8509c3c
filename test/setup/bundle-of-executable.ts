import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBundle } from '@sealift/bundle/create';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { buildExecutable } from '../../packages/cli/src/executable/build-executable.ts';
import { writeSmallRelease } from '@sealift/testkit/small-release';

/** A bundle that brings this checkout's executable under another version. @returns its path, and that of its public key */
export async function bundleOfVersion(folder: string, version: string): Promise<{ bundle: string; publicKey: string }> {
  const gzipPath = await buildExecutable(() => undefined, process.env, undefined, version);
  const release = join(folder, `release-${version}`);
  mkdirSync(release);
  const releaseFile = await writeSmallRelease(release);
  const secretKey = generateKeyPair();
  const [bundle, publicKey] = [join(folder, `airgap-${version}.bin`), join(folder, `${version}.pub`)];
  await createBundle({ releaseFile, output: bundle, secretKey, executables: [{ architecture: 'amd64', gzipPath }] });
  writeFileSync(publicKey, formatPublicKey(secretKey.publicKey));
  return { bundle, publicKey };
}
