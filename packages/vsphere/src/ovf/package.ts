import type { Descriptor } from './descriptor.ts';
import type { DigestAlgorithm } from './manifest-file.ts';

/** A file of a package. */
export interface PackageFile {
  readonly name: string;
  /** As it is sent; undefined for one that is compressed in the package. */
  readonly sizeBytes: number | undefined;
  /**
   * Its bytes, hashed as they come. The last of them are given only when they turned out to be what the manifest says. It
   * can be opened again, to begin anew.
   *
   * @throws OVA_DIGEST_MISMATCH, OVA_INVALID when it ends early, and what reading the source fails with
   */
  open(): AsyncIterable<Uint8Array>;
  /** In hex, of what was read to its end; in the algorithm of the manifest, SHA-256 where there is none; undefined for one that is compressed in the package. */
  digest(algorithm: DigestAlgorithm): string | undefined;
}

/** What a package is, in digests. */
export interface PackageIdentity {
  /** SHA-256 of the OVA file, in hex; undefined for a folder, and before all of it was read. */
  readonly ova: string | undefined;
  /** SHA-256 of the manifest file, which pins every other file; undefined where there is none. */
  readonly manifest: string | undefined;
}

/** A virtual machine in the Open Virtualization Format: an OVA, or a folder with a descriptor and its files. */
export interface OvfPackage extends AsyncDisposable {
  readonly place: string;
  /** The file's name without `.ova` or `.ovf`. */
  readonly baseName: string;
  readonly descriptor: Descriptor;
  /** Known from the start where the manifest comes before the disks, as tools write it. */
  readonly manifestSha256: string | undefined;
  /** Remarks: no manifest, a file that it leaves out. Complete after `finish`. */
  readonly warnings: readonly string[];
  /** Whether several files may be open at a time; otherwise each has to be read to its end before the next is asked for. */
  readonly concurrent: boolean;
  /** Bytes of all files that the descriptor refers to, where they are known. */
  readonly totalBytes: number | undefined;
  /** The files that the descriptor refers to. */
  files(): AsyncIterable<PackageFile>;
  /** Reads what is left, checks it, and tells what the package is. Everything has to be read before. */
  finish(): Promise<PackageIdentity>;
}
