import { X509Certificate } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { basePath } from '@sealift/registry/served-name';
import { readCurrent } from '../host/certificate-store.ts';
import type { HostFolder } from '../host/host-folder.ts';
import type { HostState } from '../host/host-state.ts';
import type { NewPassword } from '../host/passwords.ts';

/** What those who use a support host have to know; passwords are not part of it. */
export interface HostDetails {
  readonly host: string;
  readonly folder: string;
  readonly caFile: string;
  /** SHA-256 of the root, in hex with colons. */
  readonly caFingerprint: string;
  readonly certificate: {
    readonly origin: 'made' | 'given';
    readonly names: readonly string[];
    readonly until: string;
  };
  readonly registry: {
    readonly address: string;
    readonly packBase: string;
    readonly imageBase: string;
    readonly users: { readonly push: string; readonly pull: string };
  };
  readonly files: {
    readonly address: string;
    readonly basePath: string;
    readonly folder: string;
    readonly users: { readonly upload: string; readonly download: string };
  };
}

/** Reads them from what is set up. */
export async function hostDetails(folder: HostFolder, state: HostState): Promise<HostDetails> {
  const shown = await readCurrent(folder);
  if (shown === undefined) throw new Error(`the certificate of ${folder.root} is gone`);
  const leaf = new X509Certificate(shown.chain);
  const host = isIPv6(state.host) ? `[${state.host}]` : state.host;
  return {
    host: state.host,
    folder: folder.root,
    caFile: folder.ca,
    caFingerprint: new X509Certificate(shown.ca).fingerprint256,
    certificate: { origin: state.certificate, names: state.names, until: leaf.validToDate.toISOString() },
    registry: {
      address: `${host}:${state.registryPort}`,
      packBase: state.packBase,
      imageBase: state.imageBase,
      users: { push: 'uploader', pull: 'reader' },
    },
    files: {
      address: `https://${host}:${state.filesPort}`,
      basePath,
      folder: folder.files,
      users: { upload: 'uploader', download: 'reader' },
    },
  };
}

/** The details as people read them. */
export function detailsBlock(details: HostDetails): string {
  const { registry, files, caFile, certificate } = details;
  const made = certificate.origin === 'made' ? 'made here' : 'given';
  return `Pack and image registry
  address     ${registry.address}
  base path   packs ${registry.packBase || '/'}, images ${registry.imageBase || '/'}
  user        ${registry.users.push} (pushes and pulls), ${registry.users.pull} (pulls)
  CA file     ${caFile}
File server
  address     ${files.address}
  base path   ${files.basePath}
  user        ${files.users.upload} (uploads and downloads), ${files.users.download} (downloads)
  CA file     ${caFile}
  folder      ${files.folder}
Certificate   ${made}, for ${certificate.names.join(', ')}, until ${certificate.until}
CA SHA-256    ${details.caFingerprint}`;
}

/** Passwords as they are shown, once. */
export function passwordsBlock(passwords: readonly NewPassword[]): string {
  const lines = passwords.map(({ user, password }) => `  ${user.padEnd(10)}  ${password.reveal()}`);
  return `Passwords, shown this once (only their hashes are kept):\n${lines.join('\n')}`;
}

/** What whoever runs a bundle here sets so that it goes into this registry. */
export function uploadVariablesOf({ registry, caFile }: HostDetails): readonly string[] {
  // With its scheme: a bundle reaches its own machine by plain HTTP where none is named.
  const address = `https://${registry.address}`;
  return [
    `export OCI_PACK_REGISTRY=${address} OCI_PACK_BASE=${registry.packBase}`,
    `export OCI_IMAGE_REGISTRY=${address} OCI_IMAGE_BASE=${registry.imageBase}`,
    `export SSL_CERT_FILE=${caFile}`,
  ];
}
