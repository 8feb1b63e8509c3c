import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SupportFile } from '@sealift/core/api';
import { asSealiftError } from '@sealift/core/errors';
import { hideSecrets, maskData } from '@sealift/core/secret';
import { packTar } from 'modern-tar';
import type { SupportSource } from './sources.ts';

/** Of one file, in characters. */
const longestFile = 4 * 1024 * 1024;
/** Some look at the cluster, which may be what is broken. */
const readTimeoutMs = 20_000;
const compress = promisify(gzip);

/** A file with its text. */
export interface CollectedFile {
  readonly told: SupportFile;
  readonly text: string;
}

/**
 * Reads each source once. One that fails, or does not come in time, is named with the reason, and the others come all the same; secrets read `***`.
 *
 * @param timeoutMs for each
 */
export async function collectFiles(
  sources: readonly SupportSource[],
  timeoutMs: number = readTimeoutMs,
): Promise<CollectedFile[]> {
  const files: CollectedFile[] = [];
  for (const { name, about, read } of sources) {
    const { text, isCut, problem } = await textOf(read, timeoutMs);
    files.push({ told: { name, about, sizeBytes: Buffer.byteLength(text), isCut, problem }, text });
  }
  return files;
}

/** One archive, tar and gzip, in a folder of its own that also holds the list of what is in it. */
export async function archiveOf(files: readonly CollectedFile[], folder: string): Promise<Buffer> {
  const contents = `${JSON.stringify({ files: files.map(({ told }) => told) }, null, 2)}\n`;
  const entries = [
    { name: 'contents.json', text: contents },
    ...files.map(({ told: { name }, text }) => ({ name, text })),
  ];
  const tar = await packTar(
    entries.map(({ name, text }) => {
      const body = Buffer.from(text);
      return { header: { name: `${folder}/${name}`, size: body.length, mode: 0o600 }, body };
    }),
  );
  return await compress(tar);
}

async function textOf(read: () => Promise<unknown>, timeoutMs: number) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not come within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    const value = await Promise.race([read(), late]);
    const isText = typeof value === 'string';
    const whole = isText ? value : jsonOf(value);
    const kept = whole.slice(0, longestFile);
    return { text: isText ? hideSecrets(kept) : kept, isCut: whole.length > longestFile, problem: null };
  } catch (error) {
    return { text: '', isCut: false, problem: hideSecrets(asSealiftError(error).message) };
  } finally {
    clearTimeout(timer);
  }
}

/** Data as it would be answered, so that types which print themselves are text before secrets are looked for. */
function jsonOf(value: unknown): string {
  return `${JSON.stringify(maskData(JSON.parse(JSON.stringify(value ?? null))), null, 2)}\n`;
}
