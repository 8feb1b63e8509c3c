import type { Cancel } from './cancel.ts';
import type { OpenOva } from './vcenter.ts';

/** A pack as a release pins it; the digest is that of its manifest. */
export interface PinnedPack {
  readonly pack: string;
  readonly version: string;
  readonly digest: string;
}

/** What a pack's archive holds; every byte was checked against the pinned digest. */
export interface OpenedPack {
  readonly valuesYaml: string;
  /** By path below the pack, such as `manifests/setup.yaml`, in the order they are applied in. */
  readonly manifests: ReadonlyMap<string, string>;
  /** Charts by path, such as `charts/calico-3.26.1.tgz`, packed as they are, in the order they are applied in. */
  readonly charts: ReadonlyMap<string, Uint8Array>;
}

/** What of a signed release those who apply its packs have to know. */
export interface PinnedRelease {
  /** Each by its full original reference, such as `docker.io/library/busybox:1.36`, with the digest of its manifest. */
  readonly images: readonly { readonly name: string; readonly digest: string }[];
  /** Images that its packs name and that every site has already. */
  readonly elsewhere: readonly string[];
  readonly tools: readonly PinnedTool[];
}

/** A program that a release brings; the digest is that of its artifact's manifest. */
export interface PinnedTool {
  readonly name: string;
  /** Such as `linux/amd64`. */
  readonly platform: string;
  readonly digest: string;
  /** Of the program itself, hex. */
  readonly sha256: string;
}

/** Where the plan's content comes from (the registry), checked by digest while it is read. */
export interface ContentPort {
  openOva(digestOfArtifact: string): Promise<{ sizeBytes: number; open: OpenOva }>;
  openPack(pinned: PinnedPack, cancel: Cancel): Promise<OpenedPack>;
  /** @param digest of the release marker's manifest, as the approved plan has it */
  openRelease(digest: string, cancel: Cancel): Promise<PinnedRelease>;
  /** The digest that an image's name leads to where the images of releases are; undefined where it leads nowhere. */
  digestOfImage(image: string, cancel: Cancel): Promise<string | undefined>;
  /** The program's bytes, checked against its SHA-256 to their end. */
  openTool(tool: PinnedTool, cancel: Cancel): Promise<AsyncIterable<Uint8Array>>;
}
