import { X509Certificate } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { readPemCertificates } from '@sealift/registry/certificate-chain';
import { checkGivenCertificate } from '@sealift/registry/given-certificate';
import type { CliContext } from '../../../context.ts';
import { ownerOf } from '../host/account.ts';
import { makeCertificate, readAuthority } from '../host/authority-store.ts';
import { type HostCertificate, putCertificate, readCurrent, readTrusted } from '../host/certificate-store.ts';
import { writeHostFile } from '../host/host-file.ts';
import { folderOf, type HostFolder } from '../host/host-folder.ts';
import { lockHost } from '../host/host-lock.ts';
import { type HostState, requireState, writeState } from '../host/host-state.ts';
import { assertRoom } from '../host/room.ts';
import { type ServiceKind, serviceKinds } from '../setup/units.ts';
import { probe } from '../status/probe.ts';
import { untilTaken } from './until-taken.ts';

/** The options of `airgap rotate certificates`. */
export interface RotateCertificatesOptions {
  readonly dir?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly announce?: true;
  readonly json?: true;
}

const smallFilesBytes = 1024 * 1024;

/**
 * Puts another certificate in; services that run take it from the next connection on, without a stop. What the CA file named before stays in it, so
 * that it is good for both.
 *
 * @throws USAGE, AIRGAP_NOT_SET_UP, AIRGAP_SETUP_OPEN, AIRGAP_AUTHORITY_MISSING, AIRGAP_NO_ROOM, AIRGAP_BUSY, and what `checkGivenCertificate` throws
 */
export async function rotateCertificates(options: RotateCertificatesOptions, context: CliContext): Promise<void> {
  const folder = folderOf(options.dir, context.env);
  const state = await requireState(folder);
  const owner = await ownerOf(state.account);
  const given = await givenOf(options, state, folder, context);
  await assertRoom(folder.root, smallFilesBytes);
  const lock = lockHost(folder);
  let next: HostCertificate;
  let trusted: string;
  try {
    const before = await readCurrent(folder);
    next = given ?? (await makeCertificate(folder, state.names));
    const known = `${before?.ca ?? ''}\n${options.announce === true ? await readTrusted(folder) : ''}`;
    trusted = together([next.ca, known]);
    if (options.announce === true) {
      await writeHostFile(folder.ca, trusted, 0o644);
    } else {
      await putCertificate(folder, next, owner, trusted);
      await writeState(folder, {
        ...(await requireState(folder)),
        certificate: given === undefined ? 'made' : 'given',
      });
    }
  } finally {
    lock.release();
  }
  if (options.announce === true) return tellAnnounced(folder, options, context);
  const services = await waitUntilShown(folder, state, next, context);
  tell(folder, next, services, options, context);
}

async function givenOf(
  { cert, key, ca, announce }: RotateCertificatesOptions,
  state: HostState,
  folder: HostFolder,
  { env }: CliContext,
): Promise<HostCertificate | undefined> {
  const usage = (place: string, reason: string) => new SealiftError('USAGE', { values: { reason }, place });
  if ((cert === undefined) !== (key === undefined)) throw usage('--cert', '--cert and --key belong together');
  if (cert !== undefined && key !== undefined) return await checkGivenCertificate({ cert, key, ca }, state.names, env);
  if (ca !== undefined) throw usage('--ca', '--ca belongs to --cert and --key');
  if (announce === true && state.certificate === 'made') {
    throw usage(
      '--announce',
      'only a certificate of another CA has to be announced; one that is made here has the CA of before',
    );
  }
  // Another authority would be one that no client trusts.
  if ((await readAuthority(folder)) === undefined) {
    throw new SealiftError('AIRGAP_AUTHORITY_MISSING', { values: { folder: folder.root } });
  }
  return undefined;
}

/** Certificates of several texts, each once. */
function together(texts: readonly string[]): string {
  const found = texts.flatMap((text) => (text.includes('-----BEGIN') ? readPemCertificates(text, 'ca.pem') : []));
  const pems = new Map(found.map((one) => [one.fingerprint256, one.toString().trimEnd()]));
  return `${[...pems.values()].join('\n')}\n`;
}

/** What became of it at each service. */
type Shown = Awaited<ReturnType<typeof waitUntilShown>>;

async function waitUntilShown(
  folder: HostFolder,
  state: HostState,
  { chain }: HostCertificate,
  { cancel }: CliContext,
) {
  const wanted = new X509Certificate(chain).fingerprint256;
  const look = async (kind: ServiceKind): Promise<'shows it' | undefined> => {
    const answer = await probe(kind, folder, state, cancel);
    return answer.answers && answer.certificate.fingerprint256 === wanted ? 'shows it' : undefined;
  };
  return await untilTaken(folder, look, 'does not show it yet', cancel);
}

function tell(
  folder: HostFolder,
  { chain, ca }: HostCertificate,
  services: Shown,
  { json }: RotateCertificatesOptions,
  context: CliContext,
): void {
  const leaf = new X509Certificate(chain);
  const until = leaf.validToDate.toISOString();
  const caFingerprint = new X509Certificate(ca).fingerprint256;
  if (Object.values(services).includes('does not show it yet')) context.exitCode = 1;
  if (json === true) {
    context.out(
      JSON.stringify({ until, fingerprint: leaf.fingerprint256, caFile: folder.ca, caFingerprint, services }),
    );
    return;
  }
  context.out(`The certificate is good until ${until}. CA ${folder.ca}, SHA-256 ${caFingerprint}`);
  for (const kind of serviceKinds) context.out(`  ${kind.padEnd(10)}${services[kind]}`);
}

function tellAnnounced(folder: HostFolder, { json }: RotateCertificatesOptions, context: CliContext): void {
  if (json === true) return context.out(JSON.stringify({ announced: true, caFile: folder.ca }));
  context.out(
    `${folder.ca} names the CA of before and the new one. Give it to everybody who uses this host, then run this again without --announce.`,
  );
}
