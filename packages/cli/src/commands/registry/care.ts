import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { RegistryStorage } from '@sealift/registry/storage';
import type { CliContext } from '../../context.ts';
import type { RegistryCareOptions, RegistryCleanOptions } from './index.ts';

/** Cleans a registry's folder up and says what went, or would. @throws FILE_NOT_FOUND, STORAGE_IN_USE */
export async function removeGarbage(options: RegistryCleanOptions, context: CliContext): Promise<void> {
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

/** Checks a registry's folder; damage is exit code 2. @throws FILE_NOT_FOUND, STORAGE_IN_USE */
export async function scrubStorage(options: RegistryCareOptions, context: CliContext): Promise<void> {
  using storage = await openExisting(options.storage);
  const report = await storage.scrub({
    cancel: context.cancel,
    onBlob: (checked, total) => context.progress.update('Checking', checked / total, `${checked} of ${total} blobs`),
  });
  if (report.complete) context.progress.done('Checking', `${report.checked} blobs`);
  if (options.json === true) context.out(JSON.stringify(report));
  else {
    for (const digest of report.damaged) context.out(`damaged: ${digest}`);
    context.out(`Checked ${report.checked} blobs, ${report.checkedBytes} bytes: ${report.damaged.length} damaged.`);
    if (report.damaged.length > 0) context.note('What is damaged was put aside; push it again to mend the registry.');
  }
  if (!report.complete) context.exitCode = 1;
  if (report.damaged.length > 0) context.exitCode = 2;
}

/** Care is taken of a registry that is there; a mistyped path must not become an empty one. */
async function openExisting(folder: string): Promise<RegistryStorage> {
  const found = await stat(join(folder, 'repositories')).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new SealiftError('FILE_NOT_FOUND', {
      values: { path: join(folder, 'repositories') },
      place: '--storage',
      hint: 'Name the folder that `sealift registry serve --storage` was given.',
    });
  }
  return await RegistryStorage.open(folder);
}
