import { asSealiftError, SealiftError } from '@sealift/core/errors';
import type { SiteCheck, SiteField } from '@sealift/core/site';

/** A look as it is named: the check, and the field that most of its failures are about. */
export interface Look {
  readonly name: string;
  readonly title: string;
  readonly field: SiteField;
}

/** Which field a failure is about, and what to do in a form about what options of a command say elsewhere. */
interface Meaning {
  readonly field?: SiteField;
  readonly hint?: string;
}

const untrusted: Meaning = {
  field: 'vcenter.ca',
  hint: 'Give the CA certificate that signed it (vCenter offers it at https://<vcenter>/certs/download.zip), or compare the SHA-256 thumbprint with the one that vCenter shows and pin it.',
};
const registryLogin =
  'Name a Secret of the cluster (kubernetes.io/dockerconfigjson) with a login that may pull, or correct the login in it.';
const choice = 'Choose one of them.';

const byCode: Readonly<Record<string, Meaning>> = {
  VSPHERE_URL_INVALID: { field: 'vcenter.url' },
  VSPHERE_UNREACHABLE: { field: 'vcenter.url' },
  VSPHERE_NOT_VCENTER: { field: 'vcenter.url' },
  VSPHERE_ANSWER_INVALID: { field: 'vcenter.url' },
  VSPHERE_CERTIFICATE_UNTRUSTED: untrusted,
  VSPHERE_THUMBPRINT_MISMATCH: { field: 'vcenter.thumbprint' },
  VSPHERE_THUMBPRINT_INVALID: { field: 'vcenter.thumbprint' },
  VSPHERE_LOGIN_REFUSED: { field: 'vcenter.password' },
  VSPHERE_PERMISSION_DENIED: { field: 'vcenter.username' },
  VSPHERE_CHOICE_NEEDED: { hint: choice },
  VSPHERE_PLACE_UNKNOWN: { hint: 'Choose one that is there, or give the account the right to see it.' },
  KUBERNETES_CONFIG_INVALID: {
    hint: 'Give the text of a kubeconfig; `kubectl --kubeconfig FILE get nodes` with the same file must work.',
  },
  PULL_SECRET_UNUSABLE: { field: 'imageRegistry.pullSecret' },
  REGISTRY_UNAUTHORIZED: { field: 'imageRegistry.pullSecret', hint: registryLogin },
  REGISTRY_DENIED: { field: 'imageRegistry.pullSecret', hint: registryLogin },
  REGISTRY_NOT_FOUND: { hint: 'Give the host, and the port where it has one, of an OCI registry.' },
  CLUSTER_NOT_CHOSEN: { field: 'clusterName', hint: 'Name the Cluster as namespace/name.' },
};

const byOption: Readonly<Record<string, SiteField>> = {
  '--datacenter': 'places.datacenter',
  '--folder': 'places.folder',
  '--cluster': 'places.cluster',
  '--resource-pool': 'places.resourcePool',
  '--datastore': 'places.datastore',
  '--network': 'places.network',
};

/** A look that failed, in the words of the form that it was asked from. */
export function failedLook({ name, title, field }: Look, error: unknown): SiteCheck {
  const { code, message, hint, place = '' } = asSealiftError(error);
  const known = Object.hasOwn(byCode, code) ? byCode[code] : undefined;
  const ofPlace = Object.hasOwn(byOption, place) ? byOption[place] : undefined;
  return {
    name,
    title,
    field: known?.field ?? ofPlace ?? field,
    code,
    outcome: 'block',
    detail: message,
    remedy: known?.hint ?? hint,
  };
}

/** A look that had no end in its time. */
export function lookTimeout(what: string, seconds: number): SealiftError {
  return new SealiftError('SITE_LOOK_TIMEOUT', { values: { what, seconds } });
}
