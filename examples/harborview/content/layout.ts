import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A content descriptor without annotations (OCI image-spec, descriptor.md). */
export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Collects blobs and names, then writes them as an OCI image layout (OCI image-spec, image-layout.md). */
export class LayoutWriter {
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #names = new Map<string, Blob>();

  /** SHA-256 in the notation of descriptors. */
  digest(bytes: Uint8Array): string {
    return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  }

  add(mediaType: string, bytes: Uint8Array): Blob {
    const digest = this.digest(bytes);
    this.#blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  }

  /** Lists a manifest or index in `index.json` under a full reference. */
  name(reference: string, blob: Blob): void {
    this.#names.set(reference, blob);
  }

  write(folder: string): void {
    const blobs = join(folder, 'blobs', 'sha256');
    mkdirSync(blobs, { recursive: true });
    for (const [digest, bytes] of this.#blobs) writeFileSync(join(blobs, digest.slice('sha256:'.length)), bytes);
    const manifests = [...this.#names].map(([reference, blob]) => ({
      ...blob,
      annotations: { 'org.opencontainers.image.ref.name': reference },
    }));
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
    writeFileSync(join(folder, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
    writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  }
}
