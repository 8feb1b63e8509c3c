import { X509Certificate } from 'node:crypto';
import type { SiteRequest, SiteVcenter } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { containKubeconfig } from '@sealift/kubernetes/contained-kubeconfig';
import { parseImageRegistry } from '@sealift/site/image-registry';
import { parseVariables } from '@sealift/site/variables';
import type { SiteDocument, SiteSecrets } from './stored-site.ts';

/** Settings as somebody asks for them, whole: what was left out is that of the stored ones. */
export interface AskedSettings {
  readonly document: SiteDocument;
  readonly secrets: SiteSecrets;
  /** Fields of secrets that are new. */
  readonly newSecrets: readonly string[];
}

/** What was stored before; the secrets are opened only where one of them is kept. */
export interface KeptSettings {
  readonly document: SiteDocument | null;
  secrets(): Promise<SiteSecrets>;
}

/**
 * The settings that a request means.
 *
 * @throws INPUT_INVALID, KUBERNETES_CONFIG_INVALID, KUBERNETES_CONFIG_NOT_CONTAINED, VARIABLES_INVALID, SECRET_KEY_OTHER
 */
export async function askedSettings(request: SiteRequest, kept: KeptSettings): Promise<AskedSettings> {
  const { places, clusterName } = request;
  const password = await passwordOf(request.vcenter, kept);
  const enterprise = await accessOf('enterprise', request.enterprise, kept);
  const management = await accessOf('management', request.management, kept);
  const imageRegistry = imageRegistryOf(request.imageRegistry, kept);
  const variables = await variablesOf(request.variables, kept);
  const serverOf = ({ server }: Access) => (server === null ? null : { server });
  return {
    document: {
      format: 1,
      vcenter: vcenterOf(request.vcenter),
      places,
      enterprise: serverOf(enterprise),
      management: serverOf(management),
      clusterName,
      ...(imageRegistry === undefined ? {} : { imageRegistry }),
      ...(variables === undefined ? {} : { variables: variables.names }),
    },
    secrets: {
      password,
      enterprise: enterprise.text,
      management: management.text,
      variables: variables?.text ?? null,
    },
    newSecrets: [
      ...(request.vcenter.password === undefined ? [] : ['vcenter.password']),
      ...(request.enterprise === undefined ? [] : ['enterprise']),
      ...(request.management === undefined ? [] : ['management']),
      ...(request.variables === undefined ? [] : ['variables']),
    ],
  };
}

/**
 * The password to log in with. A stored one is used only where it goes where it went before: to the same address, as the same account,
 * behind the same certificate.
 *
 * @throws INPUT_INVALID, SECRET_KEY_OTHER
 */
export async function passwordOf(asked: SiteRequest['vcenter'], kept: KeptSettings): Promise<Secret> {
  if (asked.password !== undefined) return new Secret(asked.password);
  const before = kept.document?.vcenter;
  const now = vcenterOf(asked);
  const same =
    before !== undefined &&
    before.url === now.url &&
    before.username === now.username &&
    before.ca === now.ca &&
    before.thumbprint === now.thumbprint;
  if (same) return (await kept.secrets()).password;
  const reason = 'it is needed again where the address, the account or what is trusted changes';
  throw invalid('body.vcenter.password', 'the password', before === undefined ? 'this is required' : reason);
}

/** What of a request is no secret, checked as far as that goes without asking anybody. @throws INPUT_INVALID */
export function vcenterOf({ url, username, ca, thumbprint }: SiteVcenter): SiteVcenter {
  // Plain HTTP is for a simulator on the machine itself, which is named when the console is started.
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:')
    throw invalid('body.vcenter.url', 'the address', 'it does not begin with https://');
  const { username: user, password } = new URL(url);
  if (user !== '' || password !== '') throw invalid('body.vcenter.url', 'the address', 'it holds a login');
  if (ca !== null && thumbprint !== null)
    throw invalid('body.vcenter.thumbprint', 'what is trusted', 'give a CA or a thumbprint, not both');
  if (ca !== null) refuseNoCertificate(ca, 'body.vcenter.ca');
  return { url, username, ca, thumbprint };
}

interface Access {
  readonly text: Secret | null;
  readonly server: string | null;
}

async function accessOf(
  field: 'enterprise' | 'management',
  asked: SiteRequest['enterprise'],
  kept: KeptSettings,
): Promise<Access> {
  if (asked === null) return { text: null, server: null };
  if (asked === undefined) {
    const before = kept.document?.[field] ?? null;
    return before === null
      ? { text: null, server: null }
      : { text: (await kept.secrets())[field], server: before.server };
  }
  try {
    return containKubeconfig(new Secret(asked.text), asked.context);
  } catch (error) {
    throw error instanceof SealiftError ? error.withPlace(`body.${field}`) : error;
  }
}

function imageRegistryOf(asked: SiteRequest['imageRegistry'], kept: KeptSettings): SiteDocument['imageRegistry'] {
  if (asked === undefined) return kept.document?.imageRegistry;
  if (asked === null) return undefined;
  const { address, pullSecret } = asked;
  const parsed = parseImageRegistry(address);
  if (parsed !== undefined) return { ...parsed, pullSecret };
  const reason = 'it is not of the form host[:port][/path], without https://';
  throw invalid('body.imageRegistry.address', 'the image registry', reason);
}

interface AskedVariables {
  readonly text: Secret;
  readonly names: string[];
}

async function variablesOf(asked: SiteRequest['variables'], kept: KeptSettings): Promise<AskedVariables | undefined> {
  if (asked === null) return undefined;
  if (asked === undefined) {
    const names = kept.document?.variables;
    const text = names === undefined ? null : (await kept.secrets()).variables;
    return names === undefined || text === null ? undefined : { text, names };
  }
  try {
    const names = Object.keys(parseVariables(asked, 'what was given')).toSorted();
    return names.length === 0 ? undefined : { text: new Secret(asked), names };
  } catch (error) {
    throw error instanceof SealiftError ? error.withPlace('body.variables') : error;
  }
}

/** @throws INPUT_INVALID where a text has no certificate, or one that cannot be read */
export function refuseNoCertificate(text: string, place: string): void {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw invalid(place, 'the CA', 'it holds no certificate in PEM form');
  if (!blocks.every(isCertificate)) throw invalid(place, 'the CA', 'it holds a certificate that cannot be read');
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function invalid(place: string, what: string, reason: string): SealiftError {
  return new SealiftError('INPUT_INVALID', { place, values: { what, reason } });
}
