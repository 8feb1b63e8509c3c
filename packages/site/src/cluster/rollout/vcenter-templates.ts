import { escapeName } from '@sealift/vsphere/inventory';
import { findTemplate } from '@sealift/vsphere/node-images';
import { findDatacenter } from '@sealift/vsphere/places';
import { findTemplateFolder } from '@sealift/vsphere/template-folder';
import type { SiteSettings } from '../../settings.ts';
import type { VcenterSession } from '../../vcenter/session.ts';
import type { NodeTemplates } from './node-template.ts';

/** The templates of a site's vCenter, in the folder that they are imported into. */
export function vcenterTemplates(session: VcenterSession, { places }: Pick<SiteSettings, 'places'>): NodeTemplates {
  return {
    async find(name, cancel) {
      const client = await session.client();
      const datacenter = await findDatacenter(client, places.datacenter, cancel, places.folder);
      const folder = await findTemplateFolder(client, datacenter, places.folder, cancel);
      const path = `${folder.path}/${escapeName(name)}`;
      const machine = await findTemplate(client, folder, name, cancel);
      if (machine === undefined) return { path, found: undefined };
      const { kubernetes = null, identity, template, hasSnapshot, poweredOn } = machine;
      return {
        path,
        found: { kubernetes, sha256: identity?.ova ?? null, finished: template && hasSnapshot && !poweredOn },
      };
    },
  };
}
