import type { CliContext } from '../../context.ts';
import { openExisting } from './existing-storage.ts';

/** The options of `registry gc` and `registry scrub`. */
export interface ScrubOptions {
  readonly storage: string;
  readonly json?: boolean;
}

/** Checks a registry's folder; damage is exit code 2. @throws FILE_NOT_FOUND, STORAGE_IN_USE */
export async function scrubStorage(options: ScrubOptions, context: CliContext): Promise<void> {
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
