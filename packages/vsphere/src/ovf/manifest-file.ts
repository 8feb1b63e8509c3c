import { invalidOva } from './invalid-ova.ts';

/** Digest algorithms of OVF manifests (DMTF DSP0243, "Manifest file"), by Node's names. */
export type DigestAlgorithm = 'sha1' | 'sha256' | 'sha512';

/** What a file has to be. */
export interface FileDigest {
  readonly algorithm: DigestAlgorithm;
  /** Lower-case hex. */
  readonly hex: string;
}

/** More than any package lists. */
export const maxManifestFileBytes = 1024 * 1024;

/** Tools write `SHA256`, `SHA2-256` and `SHA-256` for the same. */
const line = /^(SHA-?1|SHA(?:2)?-?256|SHA(?:2)?-?512)\s*\((.{1,255})\)\s*=\s*([0-9a-fA-F]{40,128})\s*$/;
const hexLength: Readonly<Record<DigestAlgorithm, number>> = { sha1: 40, sha256: 64, sha512: 128 };

/**
 * Digests by file name.
 *
 * @param ownName of the manifest: a line about itself, which some tools write, says nothing that can be right
 * @throws OVA_INVALID
 */
export function parseManifestFile(bytes: Uint8Array, ownName: string, place: string): ReadonlyMap<string, FileDigest> {
  const digests = new Map<string, FileDigest>();
  for (const text of Buffer.from(bytes).toString('utf8').split(/\r?\n/)) {
    if (text.trim() === '') continue;
    const [, label = '', name = '', hex = ''] = line.exec(text) ?? [];
    const algorithm = `sha${/(1|256|512)$/.exec(label)?.[1] ?? ''}`;
    if (!isAlgorithm(algorithm) || hex.length !== hexLength[algorithm]) {
      throw invalidOva(place, `its manifest has a line that is none: ${JSON.stringify(text.slice(0, 100))}`);
    }
    if (name === ownName) continue;
    if (digests.has(name)) throw invalidOva(place, `its manifest names ${JSON.stringify(name)} twice`);
    digests.set(name, { algorithm, hex: hex.toLowerCase() });
  }
  return digests;
}

function isAlgorithm(text: string): text is DigestAlgorithm {
  return text === 'sha1' || text === 'sha256' || text === 'sha512';
}
