import type { Digest } from '../digest.ts';

/** What cosign 2 and older keep beside an image: signatures, attestations, SBOMs (sigstore/cosign, specs/SIGNATURE_SPEC.md). */
const kinds = ['sig', 'att', 'sbom'] as const;
const pattern = /(?:^|:)sha256-([0-9a-f]{64})(\.(?:sig|att|sbom))?$/;

/** The tags under which cosign keeps what belongs to a manifest. */
export function cosignTags(subject: Digest): readonly string[] {
  return kinds.map((kind) => `${referrersTag(subject)}.${kind}`);
}

/** The tag that lists what refers to a manifest (OCI distribution-spec 1.1, "Referrers Tag Schema"). */
export function referrersTag(subject: Digest): string {
  return subject.replace(':', '-');
}

/** Whose attachments a name stands for, by the tag in it; undefined for any other name. */
export function readAttachmentTag(
  name: string,
): { readonly subject: Digest; readonly tag: string; readonly isList: boolean; readonly isBare: boolean } | undefined {
  const [, hex, suffix] = pattern.exec(name) ?? [];
  if (hex === undefined) return undefined;
  const tag = `sha256-${hex}${suffix ?? ''}`;
  return { subject: `sha256:${hex}`, tag, isList: suffix === undefined, isBare: name === tag };
}
