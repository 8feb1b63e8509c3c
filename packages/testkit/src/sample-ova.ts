import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packTar } from 'modern-tar';

/** A disk of a sample image, as qemu-img made it. */
export interface SampleDisk {
  readonly name: string;
  readonly content: Buffer;
}

/** Has qemu-img make a stream-optimized VMDK of a raw disk of pseudo-random bytes, the same for each seed. */
export function makeDisk(qemuImg: string, folder: string, name: string, mebibytes: number, seed: string): SampleDisk {
  const raw = join(folder, `${name}.raw`);
  const vmdk = join(folder, `${name}.tmp`);
  const parts: Buffer[] = [];
  for (let part = 0; part < mebibytes * 16; part += 1) {
    const block = createHash('sha512').update(`${seed} ${part}`).digest();
    // Half a page repeats and half does not, so that the disk is compressed in part only.
    parts.push(Buffer.alloc(32 * 1024, block), randomBytes(block, 32 * 1024));
  }
  writeFileSync(raw, Buffer.concat(parts));
  execFileSync(qemuImg, ['convert', '-O', 'vmdk', '-o', 'subformat=streamOptimized', raw, vmdk]);
  const content = readFileSync(vmdk);
  rmSync(raw);
  rmSync(vmdk);
  return { name, content };
}

/** Deterministic bytes that do not compress. */
function randomBytes(seed: Buffer, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < length; at += 64) {
    parts.push(createHash('sha512').update(seed).update(String(at)).digest());
  }
  return Buffer.concat(parts, length);
}

/** What a descriptor says of a disk. */
export interface DescribedDisk {
  readonly name: string;
  readonly content: { readonly length: number };
}

/** The descriptor of a machine with these disks, a network card on `nic0` and Kubernetes 1.26.10 on Ubuntu inside. */
export function sampleDescriptor(disks: readonly DescribedDisk[]): string {
  const each = (print: (disk: DescribedDisk, index: number) => string): string => disks.map(print).join('\n');
  const item = (type: number, id: number, inside: string): string =>
    `<Item>${inside.replaceAll(/<(\w+)>([^<]*)/g, '<rasd:$1>$2</rasd:$1>')}<rasd:InstanceID>${id}</rasd:InstanceID><rasd:ResourceType>${type}</rasd:ResourceType></Item>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
${each(({ name, content }, index) => `    <File ovf:href="${name}" ovf:id="file${index}" ovf:size="${content.length}"/>`)}
  </References>
  <DiskSection><Info>Disks</Info>
${each((_, index) => `    <Disk ovf:capacity="64" ovf:capacityAllocationUnits="byte * 2^20" ovf:diskId="disk${index}" ovf:fileRef="file${index}"/>`)}
  </DiskSection>
  <NetworkSection><Info>Networks</Info><Network ovf:name="nic0"><Description>of the node</Description></Network></NetworkSection>
  <VirtualSystem ovf:id="node"><Info>A node</Info><Name>node</Name>
    <OperatingSystemSection ovf:id="94"><Info>Ubuntu</Info></OperatingSystemSection>
    <VirtualHardwareSection><Info>Hardware</Info>
      <System><vssd:ElementName>Hardware</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID><vssd:VirtualSystemType>vmx-15</vssd:VirtualSystemType></System>
${item(3, 1, '<ElementName>Processors<VirtualQuantity>2')}
${item(4, 2, '<ElementName>Memory<VirtualQuantity>2048')}
${item(6, 3, '<ElementName>Controller<ResourceSubType>VirtualSCSI')}
${each((_, index) => item(17, 10 + index, `<AddressOnParent>${index}<ElementName>Disk ${index}<HostResource>ovf:/disk/disk${index}<Parent>3`))}
${item(10, 5, '<AutomaticAllocation>true<Connection>nic0<ElementName>Network<ResourceSubType>VmxNet3')}
    </VirtualHardwareSection>
    <ProductSection><Info>Software</Info><Product>Ubuntu 22.04 and Kubernetes v1.26.10</Product>
      <Property ovf:key="KUBERNETES_SEMVER" ovf:type="string" ovf:value="v1.26.10"/>
      <Property ovf:key="DISTRO_NAME" ovf:type="string" ovf:value="ubuntu"/>
      <Property ovf:key="DISTRO_VERSION" ovf:type="string" ovf:value="22.04"/>
    </ProductSection>
  </VirtualSystem>
</Envelope>
`;
}

/** A file of a package. */
export interface SampleFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Descriptor, manifest and disks, in the order in which tools write them. */
export function sampleFiles(disks: readonly SampleDisk[], algorithm: 'sha1' | 'sha256' = 'sha256'): SampleFile[] {
  const descriptor = { name: 'node.ovf', content: Buffer.from(sampleDescriptor(disks)) };
  const lines = [descriptor, ...disks].map(({ name, content }) => {
    return `${algorithm.toUpperCase()}(${name})= ${createHash(algorithm).update(content).digest('hex')}\n`;
  });
  return [descriptor, { name: 'node.mf', content: Buffer.from(lines.join('')) }, ...disks];
}

/** The files as one OVA. */
export async function packOva(files: readonly SampleFile[]): Promise<Buffer> {
  const entries = files.map(({ name, content }) => ({
    header: { name, size: content.length, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 },
    body: content,
  }));
  return Buffer.from(await packTar(entries));
}
