import { X509Certificate } from 'node:crypto';
import { fileIdentity } from '../../server/hand-over/file-identity.ts';
import { readCurrent } from '../host/certificate-store.ts';
import { folderOf, type HostFolder } from '../host/host-folder.ts';
import { type HostState, requireState } from '../host/host-state.ts';
import { readUsers } from '../host/passwords.ts';
import { freeBytesOf } from '../host/room.ts';
import type { CliContext } from '../../../context.ts';
import { readServing } from '../serve/serving-record.ts';
import { type ServiceKind, serviceKinds, unitName } from '../setup/units.ts';
import { probe } from './probe.ts';

/** The options of `airgap status`. */
export interface HostStatusOptions {
  readonly dir?: string;
  readonly json?: true;
}

const dayMs = 86_400_000;
const soonDays = 30;
/** Less than a bundle. */
const littleBytes = 5 * 2 ** 30;

/** What was found of a service. */
interface ServiceStatus {
  readonly service: ServiceKind;
  readonly answers: boolean;
  /** Why it does not, or what is wrong with what it shows; null where nothing is. */
  readonly reason: string | null;
  readonly version: string | null;
  readonly freeBytes: number;
}

/**
 * Looks whether both services answer with the certificate that is there, how long that is good, and what room is left. Exit code 1 where something
 * does not work, or will not within 30 days.
 *
 * @throws AIRGAP_NOT_SET_UP, AIRGAP_SETUP_OPEN, AIRGAP_STATE_*
 */
export async function showStatus(options: HostStatusOptions, context: CliContext): Promise<void> {
  const folder = folderOf(options.dir, context.env);
  const state = await requireState(folder);
  const services = await Promise.all(serviceKinds.map((kind) => statusOf(kind, folder, state, context.cancel)));
  const certificate = await certificateStatus(folder);
  const oldPasswordsUntil = await oldUntil(folder);
  const warnings = [
    ...services.flatMap(({ service, reason }) =>
      reason === null ? [] : [`${service}: ${reason} (unit ${unitName(service)})`],
    ),
    ...certificate.warnings,
    ...services
      .filter(({ freeBytes }) => freeBytes < littleBytes)
      .map(({ service, freeBytes }) => `${folder[service]} has ${freeBytes} bytes left, less than a bundle needs`),
  ];
  if (warnings.length > 0) context.exitCode = 1;
  if (options.json === true) {
    const { until, daysLeft } = certificate;
    const json = { host: state.host, folder: folder.root, services, certificate: { until, daysLeft } };
    context.out(JSON.stringify({ ...json, oldPasswordsUntil, warnings }));
    return;
  }
  for (const { service, answers, version, freeBytes } of services) {
    const does = answers ? `answers${version === null ? '' : `, sealift ${version}`}` : 'does not answer';
    context.out(`${service.padEnd(12)}${does}; ${(freeBytes / 2 ** 30).toFixed(1)} GiB free`);
  }
  context.out(`certificate ${certificate.text}`);
  if (oldPasswordsUntil !== null) context.out(`passwords   those of before are good until ${oldPasswordsUntil}`);
  for (const warning of warnings) context.note(`warning: ${warning}`);
}

async function statusOf(
  service: ServiceKind,
  folder: HostFolder,
  state: HostState,
  cancel: AbortSignal,
): Promise<ServiceStatus> {
  const [answer, record, freeBytes] = await Promise.all([
    probe(service, folder, state, cancel),
    readServing(folder, service),
    freeBytesOf(folder[service]),
  ]);
  const common = { service, version: record?.version ?? null, freeBytes };
  if (!answer.answers) return { ...common, answers: false, reason: `it does not answer: ${answer.reason}` };
  const wanted = await shownFingerprint(folder);
  const isNew = wanted === undefined || wanted === answer.certificate.fingerprint256;
  const refused = record?.refused ?? null;
  // One that was taken away again is nobody's trouble any more.
  const isInPlace = refused !== null && refused.file === (await fileIdentity(folder.executable));
  const notUpgraded = isInPlace ? `a newer executable did not come up: ${refused.reason}` : null;
  const reason = isNew ? notUpgraded : 'it still shows a certificate that was replaced';
  return { ...common, answers: true, reason };
}

/** Of the certificate that services are to show; undefined where this account may not read it. */
async function shownFingerprint(folder: HostFolder): Promise<string | undefined> {
  const current = await readCurrent(folder).catch(() => undefined);
  return current === undefined ? undefined : new X509Certificate(current.chain).fingerprint256;
}

async function certificateStatus(folder: HostFolder) {
  const current = await readCurrent(folder).catch(() => undefined);
  if (current === undefined) {
    const text = `cannot be read in ${folder.current}`;
    return { until: null, daysLeft: null, text, warnings: [`the certificate ${text}`] };
  }
  const ends = [current.chain, current.ca].map((pem) => new X509Certificate(pem).validToDate);
  const end = new Date(Math.min(...ends.map((one) => one.getTime())));
  const daysLeft = Math.floor((end.getTime() - Date.now()) / dayMs);
  const until = end.toISOString();
  const is = daysLeft < 0 ? 'ended' : 'ends';
  const remedy = '`sealift airgap rotate certificates` puts another one in without a stop';
  const warnings = daysLeft < soonDays ? [`the certificate ${is} at ${until}; ${remedy}`] : [];
  return { until, daysLeft, text: `good until ${until}, ${daysLeft} days`, warnings };
}

/** When the last password of before ends; null where none is good any more. */
async function oldUntil(folder: HostFolder): Promise<string | null> {
  const users = (await readUsers(folder).catch(() => undefined)) ?? [];
  const ends = users.flatMap(({ passwords }) => passwords.flatMap(({ until }) => (until === null ? [] : [until])));
  return (
    ends
      .filter((until) => Date.parse(until) > Date.now())
      .toSorted()
      .at(-1) ?? null
  );
}
