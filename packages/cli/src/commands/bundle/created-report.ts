import type { CreatedBundle } from '@sealift/bundle/create';
import type { CliContext } from '../../context.ts';

type Collected = Pick<CreatedBundle, 'packs' | 'images'>;
type Written = NonNullable<CreatedBundle['bundle']>;

/** Everything collected, for `--json`: what, where from, how large, under which digest. */
export function contentOf({ packs, images }: Collected) {
  return {
    packs: packs.map(({ name, version, descriptor, sizeBytes, source }) => {
      return { name, version, digest: descriptor.digest, sizeBytes, source };
    }),
    images: images.map(({ name, descriptor, sizeBytes, source }) => {
      return { name, digest: descriptor.digest, sizeBytes, source };
    }),
  };
}

/** Lists everything collected, a line for each. */
export function listContent({ packs, images }: Collected, context: CliContext): void {
  for (const { name, version, sizeBytes, source } of packs) {
    context.out(`pack   ${name}:${version}  ${sizeBytes} bytes  ${source}`);
  }
  for (const { name, sizeBytes, source } of images) context.out(`image  ${name}  ${sizeBytes} bytes  ${source}`);
}

const reasons = {
  template: 'only rendering tells which image it is',
  disabled: 'switched off by default',
  unreadable: 'cannot be read',
} as const;

/** Says what the check for completeness could not know: nothing of it is left out in silence. */
export function noteUnchecked({ uncertain, needlessElsewhere }: CreatedBundle['unchecked'], context: CliContext): void {
  for (const image of needlessElsewhere) context.note(`note: nothing needs ${image}, which is said to be elsewhere`);
  if (uncertain.length === 0) return;
  const count = uncertain.length === 1 ? '1 image reference was' : `${uncertain.length} image references were`;
  context.note(`note: ${count} not checked:`);
  for (const { place, text, why } of uncertain) context.note(`  ${text}  (${reasons[why]}; ${place})`);
}

const shownUncompressed = 10;

/** Says which images would be much smaller compressed, and how to get there: every site stores and carries them as they are. */
export function noteUncompressed(images: CreatedBundle['uncompressed'], context: CliContext): void {
  if (images.length === 0) return;
  const saved = images.reduce((sum, { savedBytes }) => sum + savedBytes, 0);
  context.note(`note: layers that are not compressed; gzip would save about ${inMiB(saved)}:`);
  for (const { name, layers, sizeBytes, savedBytes } of images.slice(0, shownUncompressed)) {
    const count = layers === 1 ? '1 layer' : `${layers} layers`;
    context.note(`  ${name}  ${count} of ${inMiB(sizeBytes)}, about ${inMiB(savedBytes)} less`);
  }
  if (images.length > shownUncompressed) context.note(`  and ${images.length - shownUncompressed} more`);
  context.note('  To compress: skopeo copy docker-archive:FILE oci:FOLDER:TAG, and name the folder as the source.');
}

function inMiB(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1024 ** 2))} MiB`;
}

/** A bundle that was written, for `--json`. */
export function writtenOf(bundle: Written | undefined) {
  if (bundle === undefined) return null;
  const { path, signaturePath, sizeBytes, sha256, parts } = bundle;
  return { path, signature: signaturePath, sizeBytes, sha256, ...(parts === undefined ? {} : { parts }) };
}

/** Names the files that were written. */
export function reportWritten(bundle: Written, what: string, context: CliContext): void {
  context.out(`${bundle.path}  ${what}, ${bundle.sizeBytes} bytes`);
  for (const { path, size, sha256 } of bundle.parts ?? []) context.out(`${path}  ${size} bytes, SHA-256 ${sha256}`);
  const signed = bundle.signaturePath.replace(/\.minisig$/, '');
  context.out(`${bundle.signaturePath}  check with: minisign -Vm ${signed} -P ${bundle.publicKey}`);
  context.out(`SHA-256 ${bundle.sha256}`);
}
