import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PendingFiles } from '@sealift/io/pending-files';
import { BundleWriter } from './bundle-writer.ts';

const mebibyte = 1024 * 1024;

it('does not forget that the disk could not write, as the system says so once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-writer-'));
  try {
    const output = join(folder, 'x.bin');
    const files = await PendingFiles.begin(output);
    files.open = async () => {
      const file = await open(join(folder, 'part'), 'wx+');
      file.datasync = () => Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
      return file;
    };
    const totalBytes = 65 * mebibyte;
    const writer = new BundleWriter({ output, files, partBytes: totalBytes, totalBytes });
    try {
      const chunk = Buffer.alloc(mebibyte);
      await expect(
        (async () => {
          for (let at = 0; at < totalBytes; at += mebibyte) await writer.write(chunk);
          await writer.finish();
        })(),
      ).rejects.toMatchObject({ code: 'FILE_UNWRITABLE', message: expect.stringContaining('EIO') as string });
    } finally {
      await writer.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
