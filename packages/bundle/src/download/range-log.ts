import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { fileWork, isMissing } from '@sealift/io/file-errors';
import { FileTooLarge, readBounded } from '@sealift/io/read-file';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { writeAll } from '@sealift/io/write-all';

/** What a log is of. */
export interface LoggedFile {
  readonly sizeBytes: number;
  readonly rangeBytes: number;
  /** What the server said of the file where nobody has signed what it is: a strong `ETag`, else `Last-Modified`; empty where it said nothing. */
  readonly validator: string;
}

/** A log of a million ranges is shorter. */
const maxLogBytes = 128 * 1024 * 1024;
const checkLength = 16;

/**
 * Which ranges of a file have come, as a log that is only appended to: a line for each, with its SHA-256 and a checksum of the line itself. A
 * line is written when the bytes are on the disk, so that after a death at any point every line that is whole tells the truth; what a
 * death left of a line does not count.
 */
export class RangeLog implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #digests: Map<number, string>;
  /** Lines go one behind the other. */
  #before: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, digests: Map<number, string>) {
    this.#path = path;
    this.#file = file;
    this.#digests = digests;
  }

  /**
   * Begins a log with the ranges that are known to be there, in the place of an older one.
   *
   * @throws FILE_UNWRITABLE
   */
  static async begin(path: string, about: LoggedFile, digests: ReadonlyMap<number, string>): Promise<RangeLog> {
    const lines = [...digests].map(([index, sha256]) => checked(`${index} ${sha256}`));
    await writeFileAtomically(path, [checked(headOf(about)), ...lines].join(''), 0o600);
    const file = await fileWork(path, () => open(path, 'a'));
    return new RangeLog(path, file, new Map(digests));
  }

  /** The SHA-256 of a range that has come, in hex. */
  digest(index: number): string | undefined {
    return this.#digests.get(index);
  }

  get count(): number {
    return this.#digests.size;
  }

  /** Puts down that the bytes of a range are on the disk. @throws FILE_UNWRITABLE */
  async add(index: number, sha256: string): Promise<void> {
    const write = this.#before.then(() =>
      fileWork(this.#path, async () => {
        await writeAll(this.#file, Buffer.from(checked(`${index} ${sha256}`)));
        await this.#file.datasync();
        this.#digests.set(index, sha256);
      }),
    );
    this.#before = write.catch(() => undefined);
    await write;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#before;
    await this.#file.close();
  }
}

/**
 * Reads a log, as far as it is whole.
 *
 * @returns undefined when there is none, or nothing of it can be used
 */
export async function readRangeLog(
  path: string,
): Promise<{ readonly about: LoggedFile; readonly digests: ReadonlyMap<number, string> } | undefined> {
  const text = await readBounded(path, maxLogBytes).then(
    (bytes) => bytes.toString('latin1'),
    (error: unknown) => {
      // Nobody who writes here makes one that large.
      if (isMissing(error) || error instanceof FileTooLarge) return '';
      throw error;
    },
  );
  const [head, ...lines] = wholeLines(text);
  const about = head === undefined ? undefined : parseHead(head);
  if (about === undefined) return undefined;
  const digests = new Map<number, string>();
  for (const line of lines) {
    const [, index, sha256 = ''] = /^(\d{1,7}) ([0-9a-f]{64})$/.exec(line) ?? [];
    if (index !== undefined) digests.set(Number(index), sha256);
  }
  return { about, digests };
}

/** The lines before the first one that is not whole. */
function wholeLines(text: string): readonly string[] {
  const whole: string[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const content = line.slice(0, -checkLength - 1);
    if (checked(content) !== `${line}\n`) break;
    whole.push(content);
  }
  return whole;
}

function checked(content: string): string {
  return `${content} ${createHash('sha256').update(content).digest('hex').slice(0, checkLength)}\n`;
}

function headOf({ sizeBytes, rangeBytes, validator }: LoggedFile): string {
  return `sealift-download 1 ${sizeBytes} ${rangeBytes} ${Buffer.from(validator).toString('base64url')}`;
}

function parseHead(line: string): LoggedFile | undefined {
  const [, size, range, validator = ''] = /^sealift-download 1 (\d{1,15}) ([1-9]\d{0,9}) ([\w-]*)$/.exec(line) ?? [];
  if (size === undefined) return undefined;
  return {
    sizeBytes: Number(size),
    rangeBytes: Number(range),
    validator: Buffer.from(validator, 'base64url').toString('utf8'),
  };
}
