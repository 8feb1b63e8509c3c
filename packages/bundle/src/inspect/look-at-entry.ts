import { SealiftError } from '@sealift/core/errors';
import {
  artifactTypeOf,
  type Descriptor,
  indexSchema,
  type Manifest,
  manifestSchema,
  mediaTypes,
} from '@sealift/oci/descriptor';
import type { Digest } from '@sealift/oci/digest';
import { titleAnnotation } from '../artifact/artifact-types.ts';
import { readBounded } from '@sealift/oci/verify-stream';
import { z } from 'zod';
import type { Bundle } from '../read/open-bundle.ts';
import { type AttachmentKind, classify, isImage } from './attachment-types.ts';

/** A file attached to an image, or standing beside the images: an SBOM, a signature, a statement about a build. */
export interface Attachment {
  readonly kind: AttachmentKind;
  /** `SPDX`, `CycloneDX`, or the type that its maker gave it. */
  readonly format: string;
  /** Of the file itself. */
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** The file's name, where its maker gave one. */
  readonly title?: string;
  /** What it is about: an image of this bundle by name, or a manifest by digest. */
  readonly subject?: string;
  /** Where it is about one of several platforms of its subject. */
  readonly platform?: string;
}

/** What the manifests behind one entry of `index.json` say. */
export interface Look {
  /** `linux/amd64`, sorted; empty where the entry is no image. */
  readonly platforms: readonly string[];
  readonly attachments: readonly Attachment[];
  /** Platforms of the entry's manifests, where it has one for each. */
  readonly parts: ReadonlyMap<string, string>;
}

const maxManifestBytes = 4 * 1024 * 1024;
/** A larger configuration is no reason to fail: its platform is then not known. */
const maxConfigBytes = 1024 * 1024;
const maxDepth = 5;

/** BuildKit's statements about a build stand in the image's index (docs.docker.com, "Image attestation storage"). */
const referenceType = 'vnd.docker.reference.type';
const referenceDigest = 'vnd.docker.reference.digest';

/**
 * Reads the manifests behind an entry, and of images for one platform their configuration: no layers, however large.
 *
 * @throws MANIFEST_INVALID, BUNDLE_CONTENT_MISSING, CONTENT_*, INPUT_TOO_LARGE
 */
export async function lookAtEntry(bundle: Bundle, entry: Descriptor, name: string | undefined): Promise<Look> {
  const platforms = new Set<string>();
  const attachments: Attachment[] = [];
  /** Platforms of this image, by manifest. */
  const parts = new Map<string, string>();
  const visit = async (descriptor: Descriptor, depth: number): Promise<void> => {
    if (depth > maxDepth) throw invalid(descriptor, `more than ${maxDepth} indexes inside one another`);
    if (descriptor.mediaType === mediaTypes.index || descriptor.mediaType === mediaTypes.dockerIndex) {
      const { manifests } = await read(bundle, descriptor, indexSchema);
      for (const child of manifests) {
        if (isRunnable(child)) {
          platforms.add(platformText(child.platform));
          parts.set(child.digest, platformText(child.platform));
        } else await visit(child, depth + 1);
      }
      return;
    }
    const manifest = await read(bundle, descriptor, manifestSchema);
    if (isImage(manifest) && !isStatement(descriptor)) platforms.add(await platformOf(bundle, descriptor, manifest));
    else attachments.push(...attachmentsOf(manifest, descriptor, name, parts));
  };
  await visit(entry, 0);
  return { platforms: [...platforms].sort(), attachments, parts };
}

/** A child of an index that is an image for the platform it names. */
function isRunnable(child: Descriptor): child is Descriptor & { platform: NonNullable<Descriptor['platform']> } {
  const { platform, artifactType } = child;
  return platform !== undefined && platform.os !== 'unknown' && artifactType === undefined && !isStatement(child);
}

function isStatement({ annotations }: Descriptor): boolean {
  return annotations?.[referenceType] === 'attestation-manifest';
}

function attachmentsOf(
  manifest: Manifest,
  { annotations }: Descriptor,
  name: string | undefined,
  parts: ReadonlyMap<string, string>,
): Attachment[] {
  const about = manifest.subject?.digest ?? annotations?.[referenceDigest] ?? taggedSubject(name);
  const platform = about === undefined ? undefined : parts.get(about);
  const subject = about === undefined || platform !== undefined ? name : about;
  const type = artifactTypeOf(manifest);
  return manifest.layers.map((layer) => {
    const title = layer.annotations?.[titleAnnotation];
    return {
      ...classify(layer, type),
      digest: layer.digest,
      sizeBytes: layer.size,
      ...(title === undefined ? {} : { title }),
      ...(subject === undefined ? {} : { subject }),
      ...(platform === undefined ? {} : { platform }),
    };
  });
}

/** Cosign's older tags are made of the digest of what they are about. */
function taggedSubject(name: string | undefined): string | undefined {
  const hex = /:sha256-([0-9a-f]{64})\.(?:sig|att|sbom)$/.exec(name ?? '')?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

const configSchema = z.looseObject({
  os: z.string().max(100),
  architecture: z.string().max(100),
  variant: z.string().max(100).optional(),
});

async function platformOf(bundle: Bundle, descriptor: Descriptor, { config }: Manifest): Promise<string> {
  if (descriptor.platform !== undefined) return platformText(descriptor.platform);
  if (config.size > maxConfigBytes) return 'unknown';
  const bytes = await readBounded(await bundle.open(config.digest), maxConfigBytes, config.digest);
  try {
    return platformText(configSchema.parse(JSON.parse(bytes.toString('utf8'))));
  } catch {
    return 'unknown';
  }
}

function platformText({ os, architecture, variant }: { os: string; architecture: string; variant?: unknown }): string {
  return [os, architecture, ...(typeof variant === 'string' ? [variant] : [])].join('/');
}

async function read<Schema extends z.ZodType>(
  bundle: Bundle,
  descriptor: Descriptor,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const { digest } = descriptor;
  const bytes = await readBounded(await bundle.open(digest), maxManifestBytes, digest);
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw invalid(descriptor, 'it is not a manifest of the OCI image-spec');
  }
}

function invalid({ digest }: Descriptor, reason: string): SealiftError {
  return new SealiftError('MANIFEST_INVALID', { values: { digest, reason } });
}
