import type { PublicKey } from '../minisign/keys.ts';
import type { BundleManifest } from '../format/manifest.ts';
import type { DownloadClient } from './client.ts';

/** What every download is done with. */
export interface DownloadOptions {
  readonly client: DownloadClient;
  /** Who may have signed the bundle. */
  readonly trustedKeys: readonly PublicKey[];
  /** How many ranges are fetched at a time. */
  readonly connections: number;
  readonly onProgress?: (phase: 'fetch' | 'check', doneBytes: number, totalBytes: number) => void;
  readonly cancel?: AbortSignal | undefined;
}

/** A bundle that is here now. */
export interface Downloaded {
  /** Its files; the one that is run first. */
  readonly files: readonly string[];
  readonly sizeBytes: number;
  /** What this run fetched. */
  readonly fetchedBytes: number;
  /** What an earlier run had fetched. */
  readonly keptBytes: number;
  /** Whether it had been here, whole, before. */
  readonly alreadyHere: boolean;
  readonly manifest: BundleManifest;
  /** Who signed it. */
  readonly key: PublicKey;
}
