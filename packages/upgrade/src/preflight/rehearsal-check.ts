import { canonicalJson } from '@sealift/core/canonical-json';
import { type CheckItem, maxCheckItems } from '@sealift/core/check';
import {
  type FindingKind,
  legText,
  type RehearsalLeg,
  type RehearsedWay,
  type UpgradeRehearsal,
} from '@sealift/core/rehearsal';
import { acceptable, block, type Finding, pass, warn, withItems } from './check.ts';

/** What is known of an upgrade's rehearsal, and what it has to be about to count. */
export interface RehearsalFacts {
  readonly legs: readonly RehearsalLeg[];
  /** The last one; null where there was none. */
  readonly last: UpgradeRehearsal | null;
  /** How the cluster is set up now. */
  readonly cluster: string;
  /** Programs that are not there. */
  readonly lacking: readonly string[];
  readonly now: Date;
}

/** What a cluster stores changes all the time: an older rehearsal tells of another one. */
export const longestValidMs = 24 * 3_600_000;

/** What keeps a control plane from serving, or an object from being kept. Of the others a person takes note. */
const inTheWay: ReadonlySet<FindingKind> = new Set(['exits', 'never-ready', 'unreadable', 'unwritable']);

const run =
  'Press Rehearse beside the preflight, or run `sealift upgrade rehearse`: it reads the cluster and changes nothing.';
const unrehearsed =
  'Arguments and APIs that end the new API server, or keep it waiting, are found by the first new machine; the others go on serving.';

/** What the rehearsal of an upgrade's minors says about going on. Nothing but one of this cluster, these minors and this day is an all-clear. */
export function judgeRehearsal({ legs, last, cluster, lacking, now }: RehearsalFacts): Finding {
  const what = legs.map(legText);
  const unknown = (detail: string, remedy: string): Finding => notKnown(legs, detail, remedy);
  if (last?.state === 'running') {
    return unknown(`It is being rehearsed since ${last.startedAt}: ${last.stage}`, 'Wait for it, then look again.');
  }
  const stale = last?.state === 'ended' ? whyStale(last, { legs, cluster, now }) : undefined;
  if (last?.state === 'ended' && stale === undefined) return judgeWays(last, what);
  if (lacking.length > 0) {
    const remedy =
      'Start the console with --rehearsal-programs and a folder that holds them, or take a release that brings them. Or rehearse on another machine: sealift upgrade rehearse with --etcd, --etcdutl and the two API servers.';
    const before = stale === undefined ? '' : `${stale}; `;
    return warn(`It was not rehearsed: ${before}there is no ${lacking.join(', no ')}`, remedy);
  }
  if (last === null) return unknown(`It was not rehearsed yet: ${what.join('; ')}`, run);
  if (last.failure !== null) {
    return unknown(
      `The last rehearsal came to no end: ${last.failure.message}`,
      `${last.failure.hint} Then rehearse again.`,
    );
  }
  return unknown(`The last rehearsal, of ${last.startedAt}, does not count any more: ${stale ?? ''}`, run);
}

/** That nothing is known of a rehearsal. It keeps an upgrade from being confirmed; a person may go on without one. */
export function notKnown(legs: readonly RehearsalLeg[], detail: string, remedy: string): Finding {
  return acceptable({ outcome: 'unknown', detail, remedy }, unrehearsed, legs.map(legText));
}

function whyStale(
  { startedAt, legs: had, cluster: of }: UpgradeRehearsal,
  { legs, cluster, now }: Pick<RehearsalFacts, 'legs' | 'cluster' | 'now'>,
): string | undefined {
  if (canonicalJson([...had]) !== canonicalJson([...legs])) return 'it was about other versions';
  if (of !== cluster) return 'the settings of the API server, or the definitions of the cluster, were changed since';
  if (now.getTime() - Date.parse(startedAt) > longestValidMs) return 'it is older than a day';
  return undefined;
}

function judgeWays({ ways }: UpgradeRehearsal, what: readonly string[]): Finding {
  const found = ways.flatMap((way) => way.findings.map((finding) => ({ way, finding })));
  const stopping = found.filter(({ finding }) => inTheWay.has(finding.kind));
  const items = [...stopping, ...found.filter(({ finding }) => !inTheWay.has(finding.kind))].map(itemOf);
  const hidden = ways.reduce((sum, way) => sum + Math.max(0, way.found - way.findings.length), 0);
  const looked = `${ways.map(lookedAt).join('; ')}${unlookedText(ways)}`;
  const [first] = items;
  if (first === undefined && hidden === 0) return pass(`Nothing is in the way: ${looked}`);
  const count = items.length + hidden;
  const detail = `${count} ${count === 1 ? 'thing was' : 'things were'} found ${what.join('; ')}: ${looked}`;
  const remedy = first?.remedy ?? run;
  if (stopping.length === 0 && hidden === 0) return withItems(warn(detail, remedy), items);
  const finding = withItems(block(detail, remedy), items);
  if (hidden > 0) return finding;
  return acceptable(
    finding,
    consequenceOf(stopping),
    stopping.map(({ way, finding: { kind, object } }) => `${kind} ${way.way}: ${object}`),
  );
}

function consequenceOf(
  stopping: readonly { readonly way: RehearsedWay; readonly finding: { readonly kind: FindingKind } }[],
): string {
  const ends = stopping.filter(({ finding: { kind } }) => kind === 'exits' || kind === 'never-ready');
  if (ends.some(({ way }) => way.way === 'forward')) {
    return 'The first new machine of the control plane may not come up; the others go on serving, and the upgrade stands still until it is mended or taken back.';
  }
  if (ends.length > 0) return 'The control plane may not come up again when it is taken back.';
  return 'What is named may not be readable, or not be written any more, once the other version serves.';
}

function itemOf({
  way,
  finding: { kind, object, text, remedy, more },
}: {
  readonly way: RehearsedWay;
  readonly finding: RehearsedWay['findings'][number];
}): CheckItem {
  const others = more === 0 ? '' : ` (and ${more} more)`;
  return {
    place: `${object}${way.way === 'back' ? ', on the way back' : ''}`,
    text: `${kind}: ${text}${others}`,
    remedy,
  };
}

function lookedAt({ way, running, other, emulated, served, objects }: RehearsedWay): string {
  const as = emulated === null ? other : `${other} emulating ${emulated}`;
  const on = way === 'back' ? `back on ${other} after ${running}` : `${as} beside ${running}`;
  return served ? `${on}, ${objects} objects` : `${on} did not serve, so no object was looked at`;
}

function unlookedText(ways: readonly RehearsedWay[]): string {
  const all = [...new Set(ways.flatMap(({ unlooked }) => unlooked))];
  if (all.length === 0) return '';
  const shown = all.slice(0, maxCheckItems / 10);
  return `. Not looked at: ${shown.join('; ')}${all.length > shown.length ? `; and ${all.length - shown.length} more` : ''}`;
}
