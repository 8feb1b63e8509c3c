import { open } from 'node:fs/promises';

/** Larger than any kubeconfig, certificate or token. */
const limitBytes = 8 * 1024 * 1024;

/** Reads a file that should be small. @throws the system's error, or one that says that it is too large */
export async function readSmallFile(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(64 * 1024);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
      bytes += bytesRead;
      if (bytes > limitBytes) throw new Error(`${path} is larger than ${limitBytes} bytes`);
      chunks.push(Buffer.from(buffer.subarray(0, bytesRead)));
    }
  } finally {
    await file.close();
  }
}
