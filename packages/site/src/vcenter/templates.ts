import type { OpenOva, VCenterPort } from '@sealift/upgrade/ports/vcenter';
import type { ByteSource } from '@sealift/vsphere/byte-source';
import type { VcenterClient } from '@sealift/vsphere/client';
import { importTemplate } from '@sealift/vsphere/import';
import { completeTemplate } from '@sealift/vsphere/finish';
import { findTemplate, type NodeImageMachine } from '@sealift/vsphere/node-images';
import { openOva } from '@sealift/vsphere/ova';
import { findDatacenter, findTemplatePool } from '@sealift/vsphere/places';
import { findTemplateFolder } from '@sealift/vsphere/template-folder';
import type { SiteSettings } from '../settings.ts';
import type { VcenterSession } from './session.ts';

/** The templates of a vCenter, as the engine sees them. */
export function vcenterPort(session: VcenterSession, { places, networks, caFile, ca }: SiteSettings): VCenterPort {
  const find = async (client: VcenterClient, name: string, cancel: AbortSignal) => {
    const datacenter = await findDatacenter(client, places.datacenter, cancel, places.folder);
    const folder = await findTemplateFolder(client, datacenter, places.folder, cancel);
    return { datacenter, found: await findTemplate(client, folder, name, cancel) };
  };
  return {
    async findTemplate(name, cancel) {
      const { found } = await find(await session.client(), name, cancel);
      return found === undefined ? null : templateOf(found);
    },
    async importTemplate({ name, sha256, kubernetes, sizeBytes, ova }, cancel) {
      const source = byteSource(`${name} in the registry`, name, sizeBytes, ova);
      const open = () => openOva(source, cancel);
      const request = { ...places, networks, name, sha256, kubernetes, createFolder: true, open };
      await importTemplate(await session.client(), request, { caFile, ca, cancel });
    },
    async markTemplate(name, cancel) {
      const client = await session.client();
      const { datacenter, found } = await find(client, name, cancel);
      if (found === undefined) return;
      const pool = () => findTemplatePool(client, datacenter, places, found.ref, cancel);
      await completeTemplate(client, found.ref, pool, { cancel });
    },
  };
}

function templateOf({ name, identity, kubernetes, poweredOn, template, hasSnapshot }: NodeImageMachine) {
  return {
    name,
    sha256: identity?.ova ?? null,
    kubernetes: kubernetes ?? null,
    poweredOn,
    marked: template && hasSnapshot,
  };
}

function byteSource(place: string, fileName: string, sizeBytes: number, ova: OpenOva): ByteSource {
  return {
    place,
    fileName: `${fileName}.ova`,
    sizeBytes,
    open: (start) => opened(ova, start),
    close: () => Promise.resolve(),
  };
}

async function* opened(ova: OpenOva, start: number): AsyncGenerator<Uint8Array> {
  yield* (await ova(start)) as AsyncIterable<Uint8Array>;
}
