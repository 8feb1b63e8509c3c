import { createHash } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { canonicalJson } from '@sealift/core/canonical-json';
import { type BundleEvidence, maxEvidenceContents } from '@sealift/core/evidence';
import type { Descriptor } from '@sealift/oci/descriptor';
import { refNameAnnotation } from '@sealift/oci/layout';
import { packArtifactType } from '@sealift/oci/pack-artifact';
import { artifactTypes } from '../artifact/artifact-types.ts';
import type { Differential } from '../differential/section.ts';
import type { Bundle } from '../read/open-bundle.ts';
import type { VerifiedBundle } from '../read/verify-bundle.ts';

/**
 * The evidence of a check that has just ended well.
 *
 * @param verified what `verifyOpenBundle` gave for this bundle, with `hashFile`
 * @param sealift version of this program
 */
export function evidenceOf(bundle: Bundle, verified: VerifiedBundle, sealift: string): BundleEvidence {
  const { manifest, key, trustedComment, fileSha256, startedAt, durationMs } = verified;
  if (fileSha256 === undefined) throw new TypeError('evidence states the SHA-256 of the file: verify with hashFile');
  const { kind, product, version, length, members, differential } = manifest;
  const entries = bundle.index.manifests;
  return {
    kind: 'sealift-bundle-check',
    formatVersion: 1,
    verified: true,
    bundle: {
      path: verified.path,
      kind,
      product,
      version,
      sizeBytes: length,
      members: members.length,
      parts: bundle.file.parts.length,
      sha256: fileSha256,
      // The reader demands that bundle.json is canonical: encoding it again gives its bytes.
      manifestSha256: createHash('sha256').update(canonicalJson(manifest)).digest('hex'),
      ...(differential === undefined ? {} : { differential: summaryOf(differential) }),
    },
    signedBy: { keyId: key.keyId, fingerprint: key.fingerprint, trustedComment },
    contents: entries.slice(0, maxEvidenceContents).map((entry) => ({
      name: (entry.annotations?.[refNameAnnotation] ?? '').slice(0, 512),
      kind: kindOf(entry),
      digest: entry.digest,
    })),
    contentsTotal: entries.length,
    at: startedAt.toISOString(),
    durationMs,
    by: { sealift, host: hostname(), user: userName() },
  };
}

function summaryOf({ base, needs, recipes }: Differential): BundleEvidence['bundle']['differential'] {
  const needsBytes = needs.reduce((total, { size }) => total + size, 0);
  return { base, needs: needs.length, needsBytes, recipes: recipes.length };
}

function kindOf(entry: Descriptor): BundleEvidence['contents'][number]['kind'] {
  switch (entry.artifactType) {
    case artifactTypes.release:
      return 'release';
    case artifactTypes.nodeImage:
      return 'node-image';
    case artifactTypes.executable:
      return 'executable';
    case artifactTypes.tool:
      return 'tool';
    case packArtifactType:
      return 'pack';
    case undefined:
      return 'image';
    default:
      return 'other';
  }
}

/** A user without an entry in the password file, as in containers, has only a number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
