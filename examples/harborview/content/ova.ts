import { createHash } from 'node:crypto';
import { tar } from './tar.ts';
import { grainBytes, streamOptimisedVmdk } from './vmdk.ts';

const capacityBytes = 4 * 1024 ** 3;

export interface NodeImage {
  /** File name ending in `.ova`. */
  readonly ova: string;
  readonly os: string;
  readonly kubernetes: string;
}

/** A node image that a vCenter could import: OVF 1.1 package with manifest and disk (DMTF DSP0243). It does not boot. */
export function nodeImageOva(image: NodeImage): Buffer {
  const name = image.ova.replace(/\.ova$/, '');
  const diskName = `${name}-disk1.vmdk`;
  const disk = streamOptimisedVmdk(diskName, capacityBytes, diskContent(image));
  const ovf = Buffer.from(envelope(name, image, { name: diskName, sizeBytes: disk.length }));
  const manifest = `SHA256(${name}.ovf)= ${sha256(ovf)}\nSHA256(${diskName})= ${sha256(disk)}\n`;
  return tar([
    { name: `${name}.ovf`, bytes: ovf },
    { name: `${name}.mf`, bytes: Buffer.from(manifest) },
    { name: diskName, bytes: disk },
  ]);
}

function diskContent(image: NodeImage): ReadonlyMap<number, Uint8Array> {
  const grains = new Map<number, Uint8Array>([[0, masterBootRecord()]]);
  const partitionGrain = (1024 * 1024) / grainBytes;
  for (const [index, topic] of ['kubelet', 'containerd', 'kernel', image.os, image.kubernetes].entries()) {
    const bytes = Buffer.alloc(grainBytes);
    bytes.write(`sample content of ${topic}\n`);
    for (let at = 4096; at < 8192; at += 32) createHash('sha256').update(`${topic} ${at}`).digest().copy(bytes, at);
    grains.set(partitionGrain + index * 600, bytes);
  }
  return grains;
}

/** One Linux partition from 1 MiB to the end of the disk. */
function masterBootRecord(): Buffer {
  const bytes = Buffer.alloc(grainBytes);
  const [entry, firstSector] = [446, 2048];
  bytes.writeUInt8(0x83, entry + 4);
  bytes.writeUInt32LE(firstSector, entry + 8);
  bytes.writeUInt32LE(capacityBytes / 512 - firstSector, entry + 12);
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

function envelope(name: string, image: NodeImage, disk: { name: string; sizeBytes: number }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:id="file1" ovf:href="${disk.name}" ovf:size="${disk.sizeBytes}"/>
  </References>
  <DiskSection>
    <Info>Virtual disks</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="${capacityBytes / 2 ** 20}" ovf:capacityAllocationUnits="byte * 2^20" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="nic0"><Description>Network of the node</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="${name}">
    <Info>Node image of the enterprise cluster</Info>
    <Name>${name}</Name>
    <OperatingSystemSection ovf:id="94">
      <Info>Guest operating system</Info>
      <Description>Ubuntu Linux (64-bit)</Description>
    </OperatingSystemSection>
    <ProductSection ovf:class="sealift.nodeimage">
      <Info>What is inside</Info>
      <Product>Harborview node image</Product>
      <Vendor>Harborview</Vendor>
      <Version>${image.kubernetes}</Version>
      <Property ovf:key="kubernetes" ovf:type="string" ovf:value="${image.kubernetes}"/>
      <Property ovf:key="os" ovf:type="string" ovf:value="${image.os}"/>
    </ProductSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System>
        <vssd:ElementName>Virtual hardware family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>vmx-15</vssd:VirtualSystemType>
      </System>
      ${hardware(1, 3, 'Processors', '<rasd:VirtualQuantity>4</rasd:VirtualQuantity>')}
      ${hardware(2, 4, 'Memory', '<rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:VirtualQuantity>8192</rasd:VirtualQuantity>')}
      ${hardware(3, 6, 'SCSI controller', '<rasd:ResourceSubType>VirtualSCSI</rasd:ResourceSubType><rasd:Address>0</rasd:Address>')}
      ${hardware(4, 17, 'Disk', '<rasd:Parent>3</rasd:Parent><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:HostResource>ovf:/disk/disk1</rasd:HostResource>')}
      ${hardware(5, 10, 'Network adapter', '<rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType><rasd:Connection>nic0</rasd:Connection><rasd:AutomaticAllocation>true</rasd:AutomaticAllocation>')}
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

/** One item; DSP0243 wants the elements of an item in alphabetical order. */
function hardware(id: number, resourceType: number, label: string, rest: string): string {
  const elements = [
    `<rasd:ElementName>${label}</rasd:ElementName>`,
    `<rasd:InstanceID>${id}</rasd:InstanceID>`,
    `<rasd:ResourceType>${resourceType}</rasd:ResourceType>`,
    ...(rest.match(/<rasd:\w+>[^<]*<\/rasd:\w+>/g) ?? []),
  ];
  return `<Item>${elements.sort().join('')}</Item>`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
