import { readBounded } from '@sealift/io/read-file';

/** Larger than any kubeconfig, certificate or token. */
const limitBytes = 8 * 1024 * 1024;

/** Reads a file that should be small. @throws the system's error, FileTooLarge */
export async function readSmallFile(path: string): Promise<string> {
  return (await readBounded(path, limitBytes)).toString('utf8');
}
