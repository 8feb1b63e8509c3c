import { SealiftError } from '@sealift/core/errors';
import { type Digest, isDigest } from './digest.ts';

/** An image reference taken apart. At least one of `tag` and `digest` is there. */
export interface Reference {
  /** Host, with a port where there is one: `docker.io`, `127.0.0.1:5000`. */
  readonly registry: string;
  /** Path below the registry, in lower case: `library/busybox`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const hostForm =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/;
const repositoryForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Host and repository together must stay below this in many clients (OCI distribution-spec, "Pulling manifests"). */
const nameLimit = 255;

/** Whether a text is a repository name of the OCI distribution-spec ("Pulling manifests"), at most 255 characters. */
export function isRepositoryName(text: string): boolean {
  return text.length <= nameLimit && repositoryForm.test(text);
}

/** Whether a text is a tag of the OCI distribution-spec: at most 128 characters. */
export function isTag(text: string): boolean {
  return tagForm.test(text);
}

/** Whether a text is `host` or `host:port`, as an image reference begins with. */
export function isRegistryHost(text: string): boolean {
  return text.length <= nameLimit && hostForm.test(text);
}

/**
 * Parses an image reference (distribution's reference grammar) the way container runtimes do: without a host it is
 * `docker.io`, there without a folder `library/`, without tag and digest `latest`.
 *
 * @example parseReference('busybox') // { registry: 'docker.io', repository: 'library/busybox', tag: 'latest' }
 * @throws REFERENCE_INVALID
 */
export function parseReference(text: string): Reference {
  if (text.length > 2 * nameLimit + 200) throw invalid(text, 'it is too long');
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0) throw invalid(text, 'it holds more than one @');
  if (digest !== undefined && !isDigest(digest)) {
    throw invalid(text, 'after @ there must be sha256: and 64 lower-case hex digits');
  }
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const path = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !isTag(tag)) throw invalid(text, `${JSON.stringify(tag)} is not a tag`);
  const { registry, repository } = splitHost(path);
  if (!isRegistryHost(registry)) throw invalid(text, `${JSON.stringify(registry)} is not a host`);
  if (!isRepositoryName(repository)) throw invalid(text, `${JSON.stringify(repository)} is not a repository name`);
  const chosenTag = tag ?? (digest === undefined ? 'latest' : undefined);
  return {
    registry,
    repository,
    ...(chosenTag === undefined ? {} : { tag: chosenTag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The text that `parseReference` reads back to the same reference. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

/** The first component is a host only when it could not be a folder of docker.io: it has a dot, a port, capitals, or is localhost. */
function splitHost(path: string): { registry: string; repository: string } {
  const slash = path.indexOf('/');
  const first = slash < 0 ? '' : path.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const registry = isHost ? first : 'docker.io';
  const rest = isHost ? path.slice(slash + 1) : path;
  if (registry !== 'docker.io' && registry !== 'index.docker.io') return { registry, repository: rest };
  return { registry: 'docker.io', repository: rest.includes('/') ? rest : `library/${rest}` };
}

function invalid(reference: string, reason: string): SealiftError {
  return new SealiftError('REFERENCE_INVALID', {
    values: { reference: JSON.stringify(reference.slice(0, 300)), reason },
  });
}

/** Where something goes inside a registry. */
export interface TargetName {
  readonly repository: string;
  readonly tag: string;
}

/**
 * Where a pack goes: `<base>/spectro-packs/archive/<name>:<version>`.
 *
 * @param base the path below the registry that `OCI_PACK_BASE` names; may be empty
 * @throws REFERENCE_INVALID when the result is not a name the OCI distribution-spec allows
 */
export function packReference(base: string, name: string, version: string): TargetName {
  return checked(base, `spectro-packs/archive/${name}`, tagOf(version));
}

/**
 * Where an image goes: `<base>/<original host>/<path>:<tag>`. The `:` before a port becomes `_`; a reference by digest
 * alone gets the tag `digest-<hex>` (`sha256-<hex>` is where registries without a referrers API list what refers to an image: OCI
 * distribution-spec 1.1, "Referrers Tag Schema"); `+` becomes `_`. Different originals get different names, as far as they differ in
 * more than the case of the host.
 *
 * @throws REFERENCE_INVALID
 */
export function imageReference(base: string, original: string): TargetName {
  const { registry, repository, tag, digest } = parseReference(withTagCharacters(original));
  if (registry.startsWith('[')) {
    throw new SealiftError('REFERENCE_INVALID', {
      values: { reference: JSON.stringify(original), reason: 'an IPv6 address cannot be part of a repository name' },
      hint: 'Name the registry by a host name in the manifests that use it.',
    });
  }
  const host = registry.toLowerCase().replace(':', '_');
  return checked(base, `${host}/${repository}`, tag ?? (digest ?? '').replace('sha256:', 'digest-'));
}

/** The repository of the release markers: `<base>/sealift-catalog`. */
export function catalogRepository(base: string): string {
  return checked(base, 'sealift-catalog', 'any').repository;
}

/** The tag of a release's marker: `release-<product>-<version>`, the product in lower case, its spaces as `_`. */
export function releaseTag(product: string, version: string): string {
  return checkedTag(`release-${product.toLowerCase().replaceAll(' ', '_')}-${tagOf(version)}`);
}

/** The tag of a pack bundle's marker: `pack-<name>-<version>`. */
export function packTag(name: string, version: string): string {
  return checkedTag(`pack-${name}-${tagOf(version)}`);
}

/** Where a node image goes: `<base>/sealift-node-images`, tagged with the OVA's name without `.ova`. */
export function nodeImageReference(base: string, ova: string): TargetName {
  return checked(base, 'sealift-node-images', tagOf(ova.replace(/\.ova$/, '')));
}

/** Where a program of a release goes: `<base>/sealift-tools/<name>`, tagged with its platform and the beginning of its SHA-256: each content has a tag. */
export function toolReference(
  base: string,
  tool: { readonly name: string; readonly platform: string; readonly sha256: string },
): TargetName {
  return checked(
    base,
    `sealift-tools/${tool.name}`,
    `${tool.platform.replaceAll('/', '-')}-${tool.sha256.slice(0, 12)}`,
  );
}

/** Build metadata (`1.2.3+build`) is legal in versions and not in tags; helm and we write `_` for it. */
function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}

function withTagCharacters(original: string): string {
  const colon = original.indexOf(':', original.lastIndexOf('/') + 1);
  return colon < 0 ? original : original.slice(0, colon) + tagOf(original.slice(colon));
}

function checked(base: string, rest: string, tag: string): TargetName {
  const repository = base === '' ? rest : `${base}/${rest}`;
  if (!isRepositoryName(repository)) {
    throw new SealiftError('REFERENCE_INVALID', {
      values: {
        reference: JSON.stringify(repository.slice(0, 300)),
        reason:
          'a repository name has lower-case letters, digits, single . _ __ or - between them, / between parts, at most 255 characters',
      },
    });
  }
  return { repository, tag: checkedTag(tag) };
}

function checkedTag(tag: string): string {
  if (isTag(tag)) return tag;
  throw new SealiftError('REFERENCE_INVALID', {
    values: {
      reference: JSON.stringify(tag.slice(0, 300)),
      reason: 'a tag has letters, digits, _ . and -, does not begin with . or -, and has at most 128 characters',
    },
  });
}
