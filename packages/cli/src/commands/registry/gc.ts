import type { CliContext } from '../../context.ts';
import { openExisting } from './existing-storage.ts';

/** The options of `registry gc`. */
export interface GarbageOptions {
  readonly storage: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** Cleans a registry's folder up and says what went, or would. @throws FILE_NOT_FOUND, STORAGE_IN_USE */
export async function removeGarbage(options: GarbageOptions, context: CliContext): Promise<void> {
  using storage = await openExisting(options.storage);
  const dryRun = options.dryRun ?? false;
  const report = await storage.collectGarbage({ dryRun });
  if (options.json === true) {
    context.out(JSON.stringify(report));
    return;
  }
  const { manifests, blobs, uploads, freedBytes, keptBlobs } = report;
  for (const { repository, digest } of report.removed) context.out(`${repository}@${digest}`);
  const verb = dryRun ? 'Would remove' : 'Removed';
  context.out(
    `${verb} ${manifests} manifests, ${blobs} blobs and ${uploads} upload sessions: ${freedBytes} bytes. ${keptBlobs} blobs stay.`,
  );
}
