import { child, children, type XmlElement } from '@sealift/io/xml/element';
import { readXml, XmlRefused } from '@sealift/io/xml/read-xml';
import { checkedFileName, invalidOva } from './invalid-ova.ts';
import { type ImageSoftware, softwareIn } from './software.ts';

/** A file that the descriptor refers to. */
export interface ReferencedFile {
  readonly name: string;
  /** In the package. */
  readonly sizeBytes: number | undefined;
  /** Compressed in the package, and sent as it was before. */
  readonly gzip: boolean;
}

/** What is used of an OVF descriptor (DMTF DSP0243); vCenter reads the rest of it itself. */
export interface Descriptor {
  /** As it stands in the package. */
  readonly text: string;
  readonly files: readonly ReferencedFile[];
  /** Names of the networks that its adapters are on. */
  readonly networks: readonly string[];
  /** What the image says of itself, where it does. */
  readonly kubernetes: string | undefined;
  readonly os: string | undefined;
}

export const maxDescriptorBytes = 8 * 1024 * 1024;
const limits = { bytes: maxDescriptorBytes, depth: 64, elements: 100_000 };
const maxFiles = 100;
const wholeHint = 'Convert it into an OVA with whole disks: ovftool SOURCE.ovf IMAGE.ova, without --chunkSize.';

/** @throws OVA_INVALID, OVA_UNSUPPORTED */
export function parseDescriptor(bytes: Uint8Array, place: string): Descriptor {
  const root = readDocument(bytes, place);
  if (root.name !== 'Envelope') throw invalidOva(place, 'its descriptor is no OVF envelope');
  const files = children(child(root, 'References') ?? root, 'File').map((file) => referencedFile(file, place));
  if (files.length > maxFiles) throw invalidOva(place, `it refers to more than ${maxFiles} files`);
  if (new Set(files.map(({ name }) => name)).size !== files.length)
    throw invalidOva(place, 'it refers to a file twice');
  const section = child(root, 'NetworkSection');
  const networks = section === undefined ? [] : children(section, 'Network').map((one) => one.attributes.get('name'));
  return {
    text: Buffer.from(bytes).toString('utf8'),
    files,
    networks: networks.filter((name) => name !== undefined),
    ...softwareOf(root),
  };
}

function readDocument(bytes: Uint8Array, place: string): XmlElement {
  try {
    return readXml(bytes, limits);
  } catch (error) {
    if (error instanceof XmlRefused) throw invalidOva(place, `its descriptor: ${error.message}`, error);
    throw error;
  }
}

function referencedFile({ attributes }: XmlElement, place: string): ReferencedFile {
  const href = attributes.get('href') ?? '';
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) throw invalidOva(place, 'it refers to a file outside of itself');
  if (attributes.has('chunkSize')) throw invalidOva(place, `${href} in it is split into chunks`, undefined, wholeHint);
  const compression = attributes.get('compression') ?? 'identity';
  if (compression !== 'identity' && compression !== 'gzip') {
    throw invalidOva(place, `${href} in it is compressed by ${compression}`, undefined, wholeHint);
  }
  const size = attributes.get('size') ?? '';
  return {
    name: checkedFileName(decodedName(href), place),
    sizeBytes: /^\d{1,15}$/.test(size) ? Number(size) : undefined,
    gzip: compression === 'gzip',
  };
}

function decodedName(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

function softwareOf(root: XmlElement): ImageSoftware {
  const system = child(root, 'VirtualSystem');
  const sections = system === undefined ? [] : children(system, 'ProductSection');
  const properties = sections
    .flatMap((section) => children(section, 'Property'))
    .map(({ attributes }) => [attributes.get('key') ?? '', attributes.get('value') ?? ''] as const);
  const words = sections.flatMap((section) =>
    ['Product', 'Version', 'FullVersion'].map((name) => child(section, name)?.text ?? ''),
  );
  const annotation = system === undefined ? undefined : child(system, 'AnnotationSection');
  words.push((annotation === undefined ? undefined : child(annotation, 'Annotation')?.text) ?? '');
  return softwareIn(properties, words);
}
