import { artifactTypeOf, type Descriptor, type Manifest } from '@sealift/oci/descriptor';

/** What is attached to an image or stands beside it, as far as its type tells. */
export type AttachmentKind = 'sbom' | 'signature' | 'attestation' | 'other';

/** Media types of SBOMs (SPDX 2.3 and CycloneDX 1.6, both registered with IANA; Syft's own). */
const sbomMediaTypes: readonly (readonly [RegExp, string])[] = [
  [/^(?:application|text)\/spdx(?:\+(?:json|xml|yaml))?$/, 'SPDX'],
  [/^application\/vnd\.cyclonedx(?:\+(?:json|xml|protobuf))?$/, 'CycloneDX'],
  [/^application\/vnd\.syft\+json$/, 'Syft'],
];

/** Predicate types of in-toto statements that are SBOMs (in-toto attestation framework, predicates spdx and cyclonedx). */
const sbomPredicates: readonly (readonly [RegExp, string])[] = [
  [/^https:\/\/spdx\.dev\/Document/, 'SPDX'],
  [/^https:\/\/cyclonedx\.org\/bom/, 'CycloneDX'],
];

/** Annotations of a layer that is an in-toto statement, as BuildKit and cosign write them. */
const predicateAnnotations = ['in-toto.io/predicate-type', 'predicateType'] as const;
/** A signed statement (secure-systems-lab/dsse, envelope.md). */
const envelopeType = 'application/vnd.dsse.envelope.v1+json';

/** Signatures of cosign, sigstore bundles and Notation. */
const signatureTypes =
  /^application\/vnd\.(?:dev\.cosign\.(?:artifact\.sig\.|simplesigning\.)|dev\.sigstore\.bundle|cncf\.notary\.signature)/;

/** A layer of an artifact, told apart by its media type; `format` says how to read it. */
export function classify(layer: Descriptor, artifactType: string): { kind: AttachmentKind; format: string } {
  const { mediaType, annotations } = layer;
  const predicate = predicateAnnotations.map((name) => annotations?.[name]).find((value) => value !== undefined);
  if (predicate !== undefined) {
    const format = find(sbomPredicates, predicate);
    return format === undefined
      ? { kind: 'attestation', format: predicate }
      : { kind: 'sbom', format: `${format} in an in-toto statement` };
  }
  const format = find(sbomMediaTypes, mediaType) ?? find(sbomMediaTypes, artifactType);
  if (format !== undefined) return { kind: 'sbom', format };
  if (signatureTypes.test(mediaType) || signatureTypes.test(artifactType)) {
    return { kind: 'signature', format: artifactType };
  }
  if (mediaType === envelopeType) return { kind: 'attestation', format: envelopeType };
  return { kind: 'other', format: artifactType };
}

/** Images that run: everything else that has a manifest is attached to one, or an artifact of its own. */
const imageConfigs = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/** Whether a manifest is an image that runs. Older tools attach things under an image's config: their layers tell. */
export function isImage(manifest: Manifest): boolean {
  const type = artifactTypeOf(manifest);
  if (!imageConfigs.has(type) || manifest.subject !== undefined) return false;
  return manifest.layers.every((layer) => classify(layer, type).kind === 'other');
}

function find(table: readonly (readonly [RegExp, string])[], type: string): string | undefined {
  return table.find(([pattern]) => pattern.test(type))?.[1];
}
