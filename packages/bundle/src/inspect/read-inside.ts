import { SealiftError } from '@sealift/core/errors';
import { manifestSchema } from '@sealift/oci/descriptor';
import { packLayer, readPackArchive } from '@sealift/oci/pack-artifact';
import { readBounded } from '@sealift/oci/verify-stream';
import type { Bundle } from '../read/open-bundle.ts';
import type { Inspection, InspectedPack } from './inspect-bundle.ts';
import type { Attachment } from './look-at-entry.ts';

const maxManifestBytes = 4 * 1024 * 1024;
/** An SBOM of a large image has a few megabytes. */
const maxAttachmentBytes = 256 * 1024 * 1024;

/**
 * Reads the schema of a pack's values: `values.schema.json`, else `schema.yaml`.
 *
 * @param which `<name>:<version>`, or the name where only one version is inside
 * @throws BUNDLE_PART_UNKNOWN, PACK_ARCHIVE_INVALID, PACK_INVALID, CONTENT_*
 */
export async function readPackSchema(bundle: Bundle, { packs }: Inspection, which: string): Promise<string> {
  const fits = ({ name }: InspectedPack): boolean => name === which || name.startsWith(`${which}:`);
  const { name, digest } = oneOf(
    bundle,
    'pack',
    which,
    packs.filter(fits),
    packs.map((pack) => pack.name),
  );
  const bytes = await readBounded(await bundle.open(digest), maxManifestBytes, digest);
  const layer = packLayer(manifestSchema.parse(JSON.parse(bytes.toString('utf8'))), name);
  const { schemaJson, schemaYaml } = await readPackArchive(await bundle.open(layer.digest), { place: name });
  const schema = schemaJson ?? schemaYaml;
  if (schema === undefined)
    throw unknown(bundle, `a schema of the pack ${name}`, ['none: its values are not described']);
  return schema;
}

/**
 * Reads an SBOM exactly as it was attached.
 *
 * @param which its digest or file name, or the name or digest of the image that it is about
 * @throws BUNDLE_PART_UNKNOWN, INPUT_TOO_LARGE, CONTENT_*
 */
export async function readSbom(bundle: Bundle, { attachments }: Inspection, which: string): Promise<Buffer> {
  const sboms = attachments.filter(({ kind }) => kind === 'sbom');
  const fits = ({ digest, subject, title }: Attachment): boolean => [digest, subject, title].includes(which);
  const shown = sboms.map(({ digest, subject }) => (subject === undefined ? digest : `${digest} (${subject})`));
  const { digest } = oneOf(bundle, 'SBOM', which, sboms.filter(fits), shown);
  return await readBounded(await bundle.open(digest), maxAttachmentBytes, digest);
}

function oneOf<Part>(
  bundle: Bundle,
  what: string,
  which: string,
  found: readonly Part[],
  all: readonly string[],
): Part {
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  throw unknown(bundle, `${first === undefined ? 'the' : 'only one'} ${what} ${JSON.stringify(which)}`, all);
}

function unknown({ path }: Bundle, what: string, all: readonly string[]): SealiftError {
  const inside = all.length === 0 ? 'none' : all.slice(0, 20).join(', ');
  return new SealiftError('BUNDLE_PART_UNKNOWN', { values: { path, what, inside }, place: path });
}
