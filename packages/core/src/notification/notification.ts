import { z } from 'zod';
import { hideSecrets } from '../secret/index.ts';
import { isForValues, lifecycle, type UpgradeState } from '../upgrade/index.ts';
import { type NotificationKind, notificationKindSchema, testKind } from './kinds.ts';

const longestText = 1000;
/** So much of a text is looked at: where a cut would go through a secret, it lies beyond what is told. */
const longestRead = 8000;
const mostReleases = 50;
const text = z.string().max(longestText);

/** Facts of a notification beside its sentence: plain, few and never a secret. */
const factsSchema = z.record(
  z.string().max(60),
  z.union([text, z.number(), z.null(), z.array(text).max(mostReleases)]),
);
export type NotificationFacts = z.infer<typeof factsSchema>;

/** Something that people and programs are told of. */
export const notificationSchema = z.object({
  /** A UUID: the same in every delivery, so that whoever gets it twice knows. */
  id: z.uuid(),
  kind: z.union([notificationKindSchema, z.literal(testKind)]),
  at: z.iso.datetime(),
  /** What it is about, such as the id of an upgrade. */
  subject: text,
  /** In a sentence, for people. */
  summary: text,
  facts: factsSchema,
});
export type Notification = z.infer<typeof notificationSchema>;

/** A notification before it has a number and a time. */
export interface News<Kind extends string = NotificationKind> {
  readonly kind: Kind;
  readonly subject: string;
  readonly summary: string;
  readonly facts: NotificationFacts;
}

/** Bounds a text that a person or another program wrote, and takes the secrets out of it. */
function said(given: string): string {
  return hideSecrets(given.slice(0, longestRead)).slice(0, longestText);
}

/** What is told of a state; null where nothing is: a draft, what is confirmed and not begun, what is on its way to an end. */
const kindOfState: Readonly<Record<UpgradeState, NotificationKind | null>> = {
  draft: null,
  ready: null,
  running: 'upgrade.started',
  paused: 'upgrade.paused',
  succeeded: 'upgrade.succeeded',
  aborting: null,
  aborted: 'upgrade.aborted',
  failed: 'upgrade.failed',
  'needs-human': 'upgrade.needs-person',
  'rolling-back': 'upgrade.rolling-back',
  'rollback-paused': 'upgrade.paused',
  'rollback-needs-human': 'upgrade.needs-person',
  'rolled-back': 'upgrade.rolled-back',
};

/** An upgrade as notifications name it. */
export interface ToldUpgrade {
  readonly id: string;
  readonly product: string;
  readonly from: string;
  readonly to: string;
}

/** A change of an upgrade's state. */
export interface StateChange {
  readonly before: UpgradeState;
  readonly after: UpgradeState;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** What is told when an upgrade comes to another state; null where nothing is, such as when somebody resumes it. */
export function newsOfState(upgrade: ToldUpgrade, { before, after, by, reason }: StateChange): News | null {
  const resumed = after === 'running' && before !== 'ready';
  const wentOn = after === 'rolling-back' && lifecycle[before].goesBack;
  const kind = resumed || wentOn ? null : kindOfState[after];
  if (kind === null) return null;
  const because = reason === undefined || reason === '' ? null : said(reason);
  const person = by === undefined ? null : said(by);
  return {
    kind,
    subject: upgrade.id,
    summary: `${named(upgrade)}: ${lifecycle[after].label.toLowerCase()}`,
    facts: { ...factsOf(upgrade), state: after, by: person, reason: because },
  };
}

/** What is told when a first person has asked a second one to approve. */
export function newsOfRequest(upgrade: ToldUpgrade, askedBy: string): News {
  return {
    kind: 'upgrade.waiting-for-approval',
    subject: upgrade.id,
    summary: `${named(upgrade)}: waits for the approval of a second person, asked by ${said(askedBy)}`,
    facts: { ...factsOf(upgrade), state: 'draft', by: said(askedBy), reason: null },
  };
}

/** What is told of releases that were not in the catalogue before. */
export function newsOfReleases(releases: readonly { readonly product: string; readonly version: string }[]): News {
  const names = releases.map(({ product, version }) => `${product} ${version}`.slice(0, 200));
  const [first = '', ...more] = names;
  return {
    kind: 'release.found',
    subject: first,
    summary: more.length === 0 ? `${first} is in the catalogue` : `${names.length} releases are in the catalogue`,
    facts: { releases: names.slice(0, mostReleases), count: names.length },
  };
}

/** What is told of a backup that was not made. @param why `asked`, `schedule` or `upgrade` */
export function newsOfBackup(why: string, message: string): News {
  return {
    kind: 'backup.failed',
    subject: why,
    summary: 'A backup was not made',
    facts: { why, reason: said(message) },
  };
}

/** What is told of a gateway that is back at the version before, so that no other one is let go. */
export function newsOfHalt(
  gateway: { readonly name: string; readonly site: string },
  version: string,
  reason: string,
): News {
  return {
    kind: 'gateways.halted',
    subject: gateway.name,
    summary: `Gateway ${gateway.name} failed on ${version}: no other gateway is let go to it`,
    facts: { gateway: gateway.name, site: gateway.site, version, reason: said(reason) },
  };
}

/** What is told of a certificate that runs out. @param days left, from 0 */
export function newsOfCertificate(
  { where, validTo, fingerprint }: { readonly where: string; readonly validTo: string; readonly fingerprint: string },
  days: number,
): News {
  const left = Math.floor(days);
  const inTime = left < 1 ? 'ends within a day' : `ends in ${left === 1 ? 'a day' : `${left} days`}`;
  return {
    kind: 'certificate.ending',
    subject: where,
    summary: `A certificate (${where}) ${days === 0 ? 'has ended' : inTime}`,
    facts: { where, validTo, fingerprint, days: left },
  };
}

/** What is sent to try whether something arrives. */
export function newsOfTest(by: string): News<typeof testKind> {
  return {
    kind: testKind,
    subject: 'test',
    summary: `A test, asked for by ${said(by)}: nothing has happened`,
    facts: { by: said(by) },
  };
}

function named({ product, from, to }: ToldUpgrade): string {
  return isForValues({ from, to }) ? `New values for ${product} ${to}` : `Upgrade of ${product} from ${from} to ${to}`;
}

function factsOf({ id, product, from, to }: ToldUpgrade) {
  return { upgrade: id, product, from, to };
}
