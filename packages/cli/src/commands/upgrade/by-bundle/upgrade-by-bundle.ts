import { openBundle } from '@sealift/bundle/read';
import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { summarySchema, type Upgrade, upgradeListSchema, upgradeSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { lifecycle } from '@sealift/core/upgrade';
import type { ApiClient } from '../../../client/api-client.ts';
import { connect } from '../../../client/connect.ts';
import { upgradeUrl } from '../../../client/current-upgrade.ts';
import { machineKeys } from '../../../client/trust.ts';
import type { CliContext } from '../../../context.ts';
import { askOnTerminal } from '../../../terminal/confirm.ts';
import { runBundle } from '../../bundle/run.ts';
import { syncRegistry } from '../../status/sync.ts';
import { follow } from '../follow.ts';
import { preview } from '../layer-preview.ts';
import { openConflictLines } from '../layers.ts';
import { lookAgain } from '../preflight.ts';
import { type Output, printUpgrade } from '../print.ts';
import { askConflicts } from './ask-conflicts.ts';
import { type Stand, whereItStands } from './where-it-stands.ts';

export interface ByBundleOptions extends Output {
  readonly bundle: string;
  readonly yes?: true;
  readonly publicKey?: string;
}

const again = 'then run the same command again: it goes on where it stopped';

/**
 * Brings the platform to the release of a bundle: verifies and uploads it, has the registry read, merges, looks at the site, confirms what was
 * shown, and follows the upgrade to its end. Where a person has to decide it asks on a terminal, and else stops; run again it goes on.
 *
 * @throws SECOND_PERSON_NEEDED, UPGRADE_BLOCKED where something is open or nobody confirmed, UPGRADE_NOT_SUCCEEDED, USAGE, BUNDLE_*, SIGNATURE_*, REGISTRY_*, PLATFORM_*, CANCELLED
 */
export async function upgradeByBundle(options: ByBundleOptions, context: CliContext): Promise<void> {
  const version = await releaseOf(options, context);
  const api = await connect(context);
  const stand = await standOf(api, version);
  if (stand.stand === 'there') return await tellThere(api, version, options, context);
  if (stand.stand === 'under-way') return await follow(api, stand.id, options, context);
  await upload(options, context);
  const draft =
    stand.stand === 'draft' ? stand.id : (await api.post('/api/v1/upgrades', { to: version }, upgradeSchema)).id;
  const looked = await lookAgain(api, draft);
  const upgrade = (await settle(api, looked, options, context)) ? await lookAgain(api, draft) : looked;
  if (options.json !== true) printUpgrade(upgrade, {}, context);
  await refuseOpen(api, upgrade, options, context);
  await confirm(api, upgrade, options, context);
  await follow(api, upgrade.id, options, context);
}

/** The release that a bundle brings, by its signed manifest. */
async function releaseOf({ bundle: file, publicKey }: ByBundleOptions, context: CliContext): Promise<string> {
  const given = publicKey === undefined ? [] : [await readPublicKeyFile(publicKey)];
  await using bundle = await openBundle(file, { trustedKeys: [...(await machineKeys(context)), ...given] });
  const { kind, version } = bundle.manifest;
  if (kind !== 'pack') return version;
  const reason = `${file} brings a pack and no release: run it, and upgrade to a release that needs the pack`;
  throw new SealiftError('USAGE', { values: { reason }, place: '--bundle' });
}

async function standOf(api: ApiClient, version: string): Promise<Stand> {
  const { version: installed } = await api.get('/api/v1/summary', summarySchema);
  const { upgrades } = await api.get('/api/v1/upgrades', upgradeListSchema);
  return whereItStands(version, installed, upgrades);
}

async function tellThere(api: ApiClient, version: string, { json }: Output, context: CliContext): Promise<void> {
  const summary = await api.get('/api/v1/summary', summarySchema);
  if (json === true) {
    context.out(JSON.stringify(summary));
    return;
  }
  context.out(`${summary.product ?? 'The platform'} runs ${version} already.`);
  for (const { text, holds } of summary.statements) context.out(`${holds ? 'yes' : 'no '}  ${text}`);
}

/** What is there is not sent again, and what was read is not read again. */
async function upload({ bundle, publicKey, json }: ByBundleOptions, context: CliContext): Promise<void> {
  const key = publicKey === undefined ? [] : ['--public-key', publicKey];
  const quiet = json === true ? ['--quiet'] : [];
  await runBundle(bundle, ['--no-install', ...key, ...quiet], { unpacked: false }, context);
  // A program reads one object: that of the upgrade. What else in the registry is refused does not make it fail.
  await syncRegistry(undefined, {}, { ...context, ...(json === true ? { out: () => undefined } : {}) });
}

/** Asks about open conflicts where somebody is there to answer. @returns whether anything may have been settled */
async function settle(
  api: ApiClient,
  upgrade: Upgrade,
  { json, yes }: ByBundleOptions,
  context: CliContext,
): Promise<boolean> {
  const isOpen = upgrade.layers.some(({ openConflicts }) => openConflicts > 0);
  if (!isOpen || json === true || yes === true || !process.stdin.isTTY) return false;
  await askConflicts(api, upgrade, {
    ask: (question) => askOnTerminal(question, context.cancel),
    tell: (line) => context.out(line),
  });
  return true;
}

async function refuseOpen(api: ApiClient, upgrade: Upgrade, { json }: Output, context: CliContext): Promise<void> {
  if (upgrade.blockers.length === 0) return;
  for (const { id, openConflicts } of json === true ? [] : upgrade.layers) {
    if (openConflicts === 0) continue;
    for (const line of openConflictLines(await preview(api, upgrade.id, id))) context.out(line);
  }
  throw new SealiftError('UPGRADE_BLOCKED', {
    values: { reason: upgrade.blockers.join('; ') },
    place: upgrade.id,
    hint: `Settle what is shown above, or do it in the console under Update Management; ${again}.`,
  });
}

async function confirm(api: ApiClient, upgrade: Upgrade, { yes }: ByBundleOptions, context: CliContext): Promise<void> {
  const { id, hash, from, to } = upgrade;
  if (hash === null || !(yes === true || (await isConfirmed(`Upgrade from ${from} to ${to} now? [y/N] `, context)))) {
    throw new SealiftError('UPGRADE_BLOCKED', {
      values: { reason: 'it was not confirmed' },
      place: id,
      hint: `Nothing runs yet. Look at it with \`sealift upgrade status\`; to confirm it run this again with --yes, or answer y on a terminal.`,
    });
  }
  const { state, approval } = await api.post(upgradeUrl(id, 'confirm'), { hash }, upgradeSchema);
  if (!lifecycle[state].editable) return;
  throw new SealiftError('SECOND_PERSON_NEEDED', { values: { asked: approval.asked?.by ?? 'you' }, place: id });
}

/** Nobody to ask is no yes. */
async function isConfirmed(question: string, context: CliContext): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  return /^y(?:es)?$/i.test((await askOnTerminal(question, context.cancel)).trim());
}
