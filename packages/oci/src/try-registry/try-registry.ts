import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { mediaTypes } from '../descriptor.ts';
import { type Digest, digestOf } from '../digest.ts';
import { inOci10Form } from '../push/oci-1-0-form.ts';
import { emptyConfigBytes } from '../pack-artifact/pack-manifest.ts';
import { catalogRepository } from '../reference.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import { findBodyLimit } from './body-limit.ts';
import { failed, notTried, passed, type RegistryCheck, registryTrials, warned } from './checks.ts';

export type { RegistryCheck } from './checks.ts';

/** What a registry is to be good for. */
export interface RegistryTrialOptions {
  /** The path that packs and release markers are below. */
  readonly base: string;
  /** Whether content is to be pushed to it; else nothing is sent to it. */
  readonly push: boolean;
  /** Whether there is a login that has to be good. */
  readonly hasLogin: boolean;
}

const trialType = 'application/vnd.sealift.trial.v1';

/**
 * Does with a registry all that the console needs of it, with a tiny artifact that is removed again, or said where it stays. What comes after the
 * first failure is not tried.
 *
 * @param client without retries: somebody waits for it
 */
export async function tryRegistry(client: RegistryClient, options: RegistryTrialOptions): Promise<RegistryCheck[]> {
  const checks: RegistryCheck[] = [];
  for (const trial of trialsOf(client, options)) {
    const found = await trial();
    checks.push(...found);
    const block = found.find(({ outcome }) => outcome === 'block');
    if (block === undefined) continue;
    const others = registryTrials.filter((name) => checks.every((check) => check.name !== name));
    return [...checks, ...others.map((name) => notTried(name, 'Not tried, because of what failed before'))];
  }
  return checks;
}

function trialsOf(client: RegistryClient, options: RegistryTrialOptions): (() => Promise<RegistryCheck[]>)[] {
  const { base, push } = options;
  const entrance = [() => tryEntrance(client, options), () => tryPull(client, base)];
  if (push) return [...entrance, () => tryPush(client, base), () => tryBodyLimit(client, base)];
  const reason = 'Nothing is pushed to this registry';
  const left = (['push', 'artifacts', 'body-limit'] as const).map((name) => notTried(name, reason));
  return [...entrance, () => Promise.resolve(left)];
}

const aboutLogin = ['REGISTRY_UNAUTHORIZED', 'REGISTRY_DENIED'] as const;

/** Who answered that a login is wrong was reached. */
async function tryEntrance(client: RegistryClient, { hasLogin }: RegistryTrialOptions): Promise<RegistryCheck[]> {
  const secured = client.isEncrypted
    ? 'and its certificate is trusted'
    : 'over HTTP without TLS: nothing proves who it is';
  const reached = passed('reach', `${client.registry} answers, ${secured}`);
  try {
    await client.ping();
    if (!hasLogin)
      return [reached, passed('login', client.wasAskedForLogin ? 'It lets in whoever has none' : 'It asks for none')];
    if (client.wasAskedForLogin) return [reached, passed('login', 'It was accepted')];
    return [
      reached,
      warned(
        'login',
        'The registry asked for none, and did not look at this one',
        'Leave it out, or let the registry ask for one.',
      ),
    ];
  } catch (error) {
    const isLogin = aboutLogin.some((code) => isSealiftError(error, code));
    return isLogin ? [reached, failed('login', error)] : [failed('reach', error)];
  }
}

async function tryPull(client: RegistryClient, base: string): Promise<RegistryCheck[]> {
  const repository = catalogRepository(base);
  try {
    const tags = await client.listTags(repository);
    const markers = tags.filter((tag) => /^(?:release|pack)-/.test(tag)).length;
    return [passed('pull', `${repository} holds ${markers} ${markers === 1 ? 'release marker' : 'release markers'}`)];
  } catch (error) {
    if (isSealiftError(error, 'REGISTRY_NOT_FOUND')) return [passed('pull', `${repository} is not there yet`)];
    return [failed('pull', error)];
  }
}

async function tryPush(client: RegistryClient, base: string): Promise<RegistryCheck[]> {
  const repository = trialRepository(base);
  const content = Buffer.from(`sealift trial ${randomBytes(16).toString('hex')}\n`);
  try {
    for (const bytes of [Buffer.from(emptyConfigBytes), content]) await pushBytes(client, repository, bytes);
  } catch (error) {
    return [failed('push', error)];
  }
  try {
    const { digest, isOlder } = await pushTrial(client, repository, content);
    await refuseOther(client, repository, content);
    const left = await remove(client, repository, digest);
    const taken = isOlder
      ? warned(
          'artifacts',
          'Only in the form of OCI 1.0: what a release pins by its digest is refused',
          'Update the registry to one that takes OCI 1.1 artifacts (artifactType), or allow them there; bundles that hold such artifacts are refused.',
        )
      : passed('artifacts', 'With a type of their own (artifactType, OCI 1.1)');
    return [passed('push', `A tiny artifact was pushed to ${repository}, read back, ${left}`), taken];
  } catch (error) {
    return [passed('push', `Content was pushed to ${repository}`), failed('artifacts', error)];
  }
}

async function tryBodyLimit(client: RegistryClient, base: string): Promise<RegistryCheck[]> {
  const remedy =
    'Raise the body limit of what stands before it (client_max_body_size of nginx, proxy-body-size of an ingress).';
  try {
    const { taken, refused } = await findBodyLimit(client, trialRepository(base));
    if (refused === undefined) return [passed('body-limit', `At least ${inUnits(taken ?? 0)} at a time`)];
    if (taken === undefined) {
      const reason = `413 to ${inUnits(refused)}`;
      const values = { registry: client.registry, sizeBytes: refused, reason };
      return [failed('body-limit', new SealiftError('REGISTRY_BODY_LIMIT', { values }))];
    }
    const between = `It takes ${inUnits(taken)} at a time and refuses ${inUnits(refused)}`;
    return [warned('body-limit', `${between}: content is sent to it in smaller pieces`, remedy)];
  } catch (error) {
    if (isSealiftError(error, 'REGISTRY_REFUSED')) {
      const detail = 'It takes no content in pieces, so that its limit was not found out';
      return [warned('body-limit', detail, `It has to be as large as the largest layer. ${remedy}`)];
    }
    return [failed('body-limit', error)];
  }
}

function trialRepository(base: string): string {
  return base === '' ? 'sealift-trial' : `${base}/sealift-trial`;
}

async function pushBytes(client: RegistryClient, repository: string, bytes: Buffer): Promise<void> {
  const open = () => Promise.resolve(Readable.from([bytes], { objectMode: false }));
  await client.pushBlob(repository, digestOf(bytes), bytes.length, open);
}

/** Puts the artifact, in the older form where a registry refuses the newer one. */
async function pushTrial(
  client: RegistryClient,
  repository: string,
  content: Buffer,
): Promise<{ readonly digest: Digest; readonly isOlder: boolean }> {
  const config = Buffer.from(emptyConfigBytes);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: trialType,
    config: { mediaType: mediaTypes.empty, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: trialType, digest: digestOf(content), size: content.length }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const put = (form: Buffer) => client.putManifest(repository, digestOf(form), mediaTypes.manifest, form);
  try {
    return { digest: await put(bytes), isOlder: false };
  } catch (error) {
    const older = inOci10Form({ digest: digestOf(bytes), mediaType: mediaTypes.manifest, bytes });
    if (!isSealiftError(error, 'REGISTRY_REFUSED') || older === undefined) throw error;
    return { digest: await put(older.bytes), isOlder: true };
  }
}

/** Reads the content back, which is compared with its digest on the way. */
async function refuseOther(client: RegistryClient, repository: string, content: Buffer): Promise<void> {
  for await (const _bytes of await client.openBlob(repository, digestOf(content)));
}

/** @returns what became of the artifact */
async function remove(client: RegistryClient, repository: string, digest: Digest): Promise<string> {
  try {
    await client.removeManifest(repository, digest);
    return 'and removed again';
  } catch (error) {
    if (!isSealiftError(error) || error.code === 'PUSH_CANCELLED') throw error;
    return `and stays there, harmless and without a tag (${digest}): the registry lets nothing be removed`;
  }
}

function inUnits(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${(bytes / 1024 / 1024).toFixed(1)} MiB` : `${Math.floor(bytes / 1024)} KiB`;
}
