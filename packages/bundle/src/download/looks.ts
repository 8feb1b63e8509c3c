import type { DownloadOptions } from './downloaded.ts';
import type { LookOptions } from './partial-file.ts';

/** Looks at what is on the disk already, and tells how far they are: of a large file that takes as long as its disk is slow. */
export function looksOf({ onProgress, cancel }: DownloadOptions, totalBytes: number): LookOptions {
  let done = 0;
  const onBytes = (count: number): void => {
    done += count;
    onProgress?.('check', Math.min(done, totalBytes), totalBytes);
  };
  return { onBytes, cancel };
}
