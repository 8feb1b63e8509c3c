import { CST, LineCounter, Parser } from 'yaml';
import { z } from 'zod';
import { SealiftError } from '../errors/sealift-error.ts';
import { check } from '../schema/check.ts';
import { DocumentError } from '../schema/document-error.ts';
import { readYamlDocument } from '../schema/yaml-document.ts';

const maxValuesLength = 10_000_000;
const maxSectionLength = 1_000_000;

const labels = z.record(z.string().max(300), z.string().max(10_000)).nullish();
const sectionSchema = z.looseObject({
  namespace: z.string().max(300).nullish(),
  namespaceLabels: labels,
  releaseNameOverride: labels,
  content: z
    .looseObject({
      images: z
        .array(
          z.looseObject({
            image: z
              .string()
              .max(500)
              .regex(/^[^\s\p{Cc}]+$/u, 'an image reference without white space'),
          }),
        )
        .max(10_000)
        .nullish(),
    })
    .nullish(),
  'sealift.dev/may-shrink': z.union([z.boolean(), z.enum(['true', 'false'])]).nullish(),
  'spectrocloud.com/install-priority': z
    .union([z.int(), z.string().regex(/^-?[0-9]{1,9}$/, 'a whole number')])
    .nullish(),
});

/** What the `pack` section of a `values.yaml` says to others than the pack's own charts and manifests. */
export interface PackValues {
  /** `pack.content.images[].image`, as written, in order, each once. */
  readonly images: readonly string[];
  readonly namespace: string | undefined;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly releaseNameOverride: Readonly<Record<string, string>>;
  /** `pack["spectrocloud.com/install-priority"]`; lower is installed first. */
  readonly installPriority: number | undefined;
  /** `pack["sealift.dev/may-shrink"]`: the pack means it when little or nothing is left of what it installed before. */
  readonly mayShrink: boolean;
}

/**
 * Reads the `pack` section of a `values.yaml`. Only that section is read: what charts and manifests hold may be
 * templates that are no YAML until their macros are resolved.
 *
 * @throws PACK_VALUES_INVALID with the line.
 */
export function readPackValues(valuesText: string, place: string): PackValues {
  try {
    const { content, namespace, namespaceLabels, releaseNameOverride, ...rest } = packSection(valuesText) ?? {};
    const priority = rest['spectrocloud.com/install-priority'] ?? undefined;
    return {
      images: [...new Set((content?.images ?? []).map(({ image }) => image))],
      namespace: namespace ?? undefined,
      namespaceLabels: namespaceLabels ?? {},
      releaseNameOverride: releaseNameOverride ?? {},
      installPriority: priority === undefined ? undefined : Number(priority),
      mayShrink: String(rest['sealift.dev/may-shrink'] ?? false) === 'true',
    };
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new SealiftError('PACK_VALUES_INVALID', {
      place: `${place}${error.at}`,
      values: { path: place, reason: error.message },
    });
  }
}

/** The images a pack names in `pack.content.images[]`. @throws PACK_VALUES_INVALID */
export function packImages(valuesText: string, place = 'values.yaml'): readonly string[] {
  return readPackValues(valuesText, place).images;
}

type Section = z.infer<typeof sectionSchema>;

function packSection(valuesText: string): Section | null {
  if (valuesText.length > maxValuesLength) throw new DocumentError(`it is longer than ${maxValuesLength} characters`);
  const source = sliceOfPackSection(valuesText);
  if (source === undefined) return null;
  const { value, placeOf } = readYamlDocument(source, maxSectionLength);
  const holder = check(z.looseObject({ pack: sectionSchema.nullish() }).nullable(), value, placeOf);
  return holder?.pack ?? null;
}

/** The top-level `pack` entry alone, on its own lines, or undefined when there is none. */
function sliceOfPackSection(valuesText: string): string | undefined {
  // Reading line by line takes seconds for ten megabytes; most long files are other than packs' values.
  if (!valuesText.includes('pack')) return undefined;
  const lines = new LineCounter();
  for (const token of new Parser(lines.addNewLine).parse(valuesText)) {
    if (token.type !== 'document' || token.value === undefined) continue;
    // A flow mapping, or no mapping at all, has no lines of its own to cut out.
    if (token.value.type !== 'block-map') return isEmptyScalar(token.value) ? undefined : valuesText;
    const starts = token.value.items.map((item) => item.start[0]?.offset ?? item.key?.offset ?? token.offset);
    const found = token.value.items.flatMap((item, index) => (keyOf(item.key) === 'pack' ? [index] : []));
    const [first, second] = found;
    if (first === undefined) return undefined;
    const key = token.value.items[first]?.key;
    if (second !== undefined) throw new DocumentError('the key "pack" is there twice', lineOf(lines, starts[second]));
    const { line, col } = lines.linePos(key?.offset ?? 0);
    const start = (key?.offset ?? 0) - (col - 1);
    // Blank lines in place of what stands before keep the line numbers of errors right.
    return '\n'.repeat(Math.max(0, line - 1)) + valuesText.slice(start, starts[first + 1]);
  }
  return undefined;
}

function keyOf(token: CST.Token | null | undefined): string | undefined {
  return token !== null && token !== undefined && CST.isScalar(token)
    ? CST.resolveAsScalar(token, false, () => undefined)?.value
    : undefined;
}

function isEmptyScalar(token: CST.Token): boolean {
  return token.type === 'scalar' && token.source === '';
}

function lineOf(lines: LineCounter, offset: number | undefined): string {
  return offset === undefined ? '' : `:${lines.linePos(offset).line}`;
}
