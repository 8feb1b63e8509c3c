import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import { readNamedFile } from '@sealift/io/read-file';

/** Larger than any key, password or kubeconfig. */
const limitBytes = 1024 * 1024;

/**
 * The text of a file that holds a secret, `-` for standard input.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_TOO_LARGE
 */
export async function readSecretFile(file: string): Promise<string> {
  return (await readNamedFile(file === '-' ? '/dev/stdin' : file, limitBytes, file)).toString('utf8');
}

/** A password without the end of its line, which editors and `echo` add. @throws INPUT_INVALID when there is none, and as `readSecretFile` */
export async function readPasswordFile(file: string): Promise<string> {
  const password = (await readSecretFile(file)).replace(/\r?\n$/, '');
  if (password !== '') return password;
  // An empty password would be sent, refused, and count as a failed login.
  throw new SealiftError('INPUT_INVALID', {
    values: { what: 'the password', reason: 'the file is empty' },
    place: file,
  });
}

/**
 * Asks on the terminal without showing what is typed.
 *
 * @param what such as `Password`
 * @param noTerminal the error when nobody can be asked
 */
export async function askHidden(what: string, noTerminal: () => SealiftError): Promise<string> {
  if (!process.stdin.isTTY) throw noTerminal();
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: hidden, terminal: true });
  try {
    // From now on the terminal shows nothing that is typed: who answers at once must not be shown either.
    process.stderr.write(`${what}: `);
    return await reader.question('');
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}
