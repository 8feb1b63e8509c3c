import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSource, unreadable } from './byte-source.ts';
import { httpSource, type HttpSourceOptions } from './http-source.ts';
import { invalidOva } from './invalid-ova.ts';
import { openOva } from './ova.ts';
import { openOvfFolder } from './ovf-folder.ts';
import type { OvfPackage } from './package.ts';

/**
 * Opens what a person names: an OVA file, an http(s) URL of one, a descriptor (`.ovf`), or a folder with one descriptor.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, OVA_INVALID, OVA_DIGEST_MISMATCH, DOWNLOAD_…
 */
export async function openPackage(name: string, options: HttpSourceOptions): Promise<OvfPackage> {
  const { cancel } = options;
  if (/^https?:\/\//i.test(name)) {
    return await openOva(await httpSource(new URL(name), options), cancel);
  }
  const found = await stat(name).catch((error: unknown) => {
    throw unreadable(name, error);
  });
  if (found.isDirectory()) return await openOvfFolder(join(name, await onlyDescriptor(name)), cancel);
  if (/\.ovf$/i.test(name)) return await openOvfFolder(name, cancel);
  return await openOva(await fileSource(name), cancel);
}

async function onlyDescriptor(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /\.ovf$/i.test(name));
  const [first] = names;
  if (first !== undefined && names.length === 1) return first;
  throw invalidOva(folder, `the folder holds ${names.length === 0 ? 'no descriptor' : 'several descriptors'} (.ovf)`);
}
