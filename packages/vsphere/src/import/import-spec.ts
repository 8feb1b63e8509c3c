import { SealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { isFault, localizedFault } from '../client/fault.ts';
import { only } from '../client/result.ts';
import { invalidOva } from '../ovf/invalid-ova.ts';
import type { OvfPackage } from '../ovf/package.ts';
import { boolean, many, optional, raw, record, required, text } from '../xml/decode.ts';
import { child, type XmlElement } from '@sealift/io/xml/element';
import { copyOf, element, reference, type XmlNode } from '../xml/encode.ts';
import { chosen, named } from './choose.ts';
import type { ComputePlace } from './places.ts';

/** A file that vCenter wants to have, and the key of the device it belongs to (`OvfFileItem`). */
export interface FileItem {
  readonly deviceId: string;
  readonly path: string;
  /** Put as a new file (an ISO image) instead of into a disk. */
  readonly create: boolean;
}

export interface ImportSpec {
  /** The parameter `spec` of `ImportVApp`. */
  readonly spec: XmlNode;
  readonly fileItems: readonly FileItem[];
  /** vCenter's own remarks. */
  readonly warnings: readonly string[];
}

const importResult = record({
  importSpec: optional(raw),
  fileItem: many(
    record({
      deviceId: required(text),
      path: required(text),
      create: required(boolean),
    }),
  ),
  warning: many(raw),
  error: many(raw),
});

/**
 * Has vCenter read the descriptor (`OvfManager.CreateImportSpec`).
 *
 * @param networks option values: `NAME` for all networks of the image, or `NETWORK OF THE IMAGE=NAME`
 * @param annotation of the machine while it is not finished
 * @throws VSPHERE_IMPORT_REFUSED with vCenter's own words, VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN
 */
export async function createImportSpec(
  client: VcenterClient,
  ovf: OvfPackage,
  place: ComputePlace,
  options: {
    readonly name: string;
    readonly annotation: string;
    readonly networks: readonly string[];
    readonly cancel?: AbortSignal | undefined;
  },
): Promise<ImportSpec> {
  const { ovfManager } = client.content;
  if (ovfManager === undefined) throw new TypeError('this server has no OVF manager');
  const mappings = mapNetworks(ovf.descriptor.networks, place, options.networks);
  const result = await client.call({
    method: 'CreateImportSpec',
    on: ovfManager,
    args: [
      element('ovfDescriptor', ovf.descriptor.text),
      reference('resourcePool', place.resourcePool),
      reference('datastore', place.datastore.ref),
      element('cisp', [
        element('locale', 'US'),
        element('deploymentOption', ''),
        element('entityName', options.name),
        ...mappings,
        element('diskProvisioning', 'thin'),
      ]),
    ],
    result: only(importResult),
    repeatable: true,
    cancel: options.cancel,
  });
  const { importSpec, fileItem, warning, error } = result;
  const problems = error.map((one) => wordsOf(one, client.url.origin));
  if (problems.length > 0 || importSpec === undefined) {
    const reason = problems.length === 0 ? 'it gives no import specification' : problems.join('; ');
    throw new SealiftError('VSPHERE_IMPORT_REFUSED', { values: { reason }, place: ovf.place });
  }
  return {
    spec: withAnnotation(importSpec, options.annotation, ovf.place),
    fileItems: fileItem,
    warnings: warning.map((one) => wordsOf(one, client.url.origin)),
  };
}

function mapNetworks(networks: readonly string[], place: ComputePlace, given: readonly string[]): readonly XmlNode[] {
  const question = { what: 'networks', option: '--network' };
  return networks.map((name) => {
    const own = given.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const wanted = own ?? given.find((one) => !networks.some((other) => one.startsWith(`${other}=`)));
    const { ref } =
      wanted === undefined ? chosen(place.networks, undefined, question) : named(place.networks, wanted, question);
    return element('networkMapping', [element('name', name), reference('network', ref)]);
  });
}

/** The specification as it came, with our annotation: a cut import is then known as ours. */
function withAnnotation(spec: XmlElement, annotation: string, place: string): XmlNode {
  const config = child(spec, 'configSpec');
  if (spec.type !== 'VirtualMachineImportSpec' || config === undefined) {
    throw invalidOva(place, 'it holds something else than one virtual machine');
  }
  const node = copyOf(spec, 'spec');
  const inside = typeof node.content === 'string' ? [] : node.content;
  return {
    ...node,
    content: inside.map((one) => (one.name === 'configSpec' ? annotated(one, annotation) : one)),
  };
}

/** Elements of `VirtualMachineConfigSpec` before `annotation`, in the schema's order. */
const beforeAnnotation = new Set([
  'changeVersion',
  'name',
  'version',
  'createDate',
  'uuid',
  'instanceUuid',
  'npivNodeWorldWideName',
  'npivPortWorldWideName',
  'npivWorldWideNameType',
  'npivDesiredNodeWwns',
  'npivDesiredPortWwns',
  'npivTemporaryDisabled',
  'npivOnNonRdmDisks',
  'npivWorldWideNameOp',
  'locationId',
  'guestId',
  'alternateGuestName',
]);

function annotated(config: XmlNode, annotation: string): XmlNode {
  const inside = (typeof config.content === 'string' ? [] : config.content).filter(({ name }) => name !== 'annotation');
  const at = inside.findIndex(({ name }) => !beforeAnnotation.has(name));
  const cut = at === -1 ? inside.length : at;
  return { ...config, content: [...inside.slice(0, cut), element('annotation', annotation), ...inside.slice(cut)] };
}

function wordsOf(fault: XmlElement, place: string): string {
  const error = localizedFault(fault, place);
  return isFault(error, '') || !(error.cause instanceof Error) ? error.message : error.cause.message;
}
