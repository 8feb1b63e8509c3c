import { resolve } from 'node:path';
import { supportContentsSchema, type SupportFile } from '@sealift/core/api';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

export interface SupportBundleOptions {
  readonly output?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

const url = '/api/v1/support-bundle';

/** Saves a support bundle, after it was listed what is in it; with `--dry-run` only lists. @throws FILE_UNWRITABLE, PLATFORM_* */
export async function saveSupportBundle(options: SupportBundleOptions, context: CliContext): Promise<void> {
  const { output, dryRun, json } = options;
  const api = await connect(context);
  const contents = await api.get(`${url}/contents`, supportContentsSchema);
  if (dryRun === true) {
    if (json === true) return context.out(JSON.stringify(contents));
    for (const file of contents.files) context.out(lineOf(file));
    return;
  }
  for (const file of contents.files) context.note(lineOf(file));
  const bytes = await api.download(url);
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const path = resolve(output ?? `sealift-support-${stamp}Z.tar.gz`);
  // It tells names and addresses of the site: whoever sends it on decides who reads it.
  await writeFileAtomically(path, bytes, 0o600);
  context.out(json === true ? JSON.stringify({ path, sizeBytes: bytes.length, files: contents.files }) : path);
}

function lineOf({ name, about, sizeBytes, isCut, problem }: SupportFile): string {
  const size = problem === null ? `${sizeBytes} bytes${isCut ? ', cut' : ''}` : `NOT READ: ${problem}`;
  return plainLine(`${name}  ${about}  ${size}`);
}
