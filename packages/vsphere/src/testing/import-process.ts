import { Secret } from '@sealift/core/secret';
import { VcenterClient } from '../client/client.ts';
import { parseThumbprint } from '../connection/thumbprint.ts';
import { importTemplate } from '../import/import-template.ts';
import { openPackage } from '../ovf/open-package.ts';

/** An import as a process of its own, for tests that kill it. Its request is in the variable IMPORT, as JSON. */
const { url, username, thumbprint, name, image } = JSON.parse(process.env['IMPORT'] ?? '{}') as Record<
  'url' | 'username' | 'thumbprint' | 'name' | 'image',
  string
>;
await using client = await VcenterClient.connect({
  url,
  username,
  password: new Secret(process.env['IMPORT_PASSWORD'] ?? ''),
  thumbprint: parseThumbprint(thumbprint),
  env: {},
});
await importTemplate(client, { name, networks: ['VM Network'], open: () => openPackage(image, { env: {} }) });
