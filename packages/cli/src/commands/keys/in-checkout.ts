import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The checkout of Git that a file lies in and that does not ignore it, so that it may be committed by mistake.
 *
 * @returns undefined outside of checkouts, and where the file is ignored
 */
export async function exposingCheckout(file: string): Promise<string | undefined> {
  const checkout = checkoutOf(dirname(resolve(file)));
  if (checkout === undefined) return undefined;
  try {
    // Ends with 0 where it is ignored, with 1 where it is not; without git nobody can tell, and the warning does no harm.
    await run('git', ['-C', dirname(resolve(file)), 'check-ignore', '--quiet', basename(file)], { timeout: 10_000 });
    return undefined;
  } catch {
    return checkout;
  }
}

function checkoutOf(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  return dirname(folder) === folder ? undefined : checkoutOf(dirname(folder));
}
