import { lifecycle, stepsOfPlan, type Wait } from '@sealift/core/upgrade';
import { setTimeout as delay } from 'node:timers/promises';
import { summarySchema, type Upgrade, upgradeSchema } from '@sealift/core/api';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { ApiClient } from '../../client/api-client.ts';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, hasEnded, upgradeUrl } from '../../client/current-upgrade.ts';

interface Output {
  readonly json?: true;
}

const pollMs = 1000;
/** An upgrade replaces the console itself: it may be away for this long before waiting for it is given up. */
const patienceMs = 15 * 60 * 1000;

/** Begins an upgrade and shows what it would do. */
export async function startUpgrade(options: Output & { to: string }, context: CliContext): Promise<void> {
  const api = await connect(context);
  const upgrade = await api.post('/api/v1/upgrades', { to: options.to }, upgradeSchema);
  print(upgrade, options, context);
}

export async function showUpgrade(id: string | undefined, options: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  print(await findUpgrade(api, id), options, context);
}

/** Looks at the site again for a draft, and shows what was found. */
export async function runPreflight(id: string | undefined, options: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const upgrade = await lookAgain(api, (await findUpgrade(api, id)).id);
  print(upgrade, options, context);
  if (upgrade.blockers.length > 0) context.exitCode = 2;
}

async function lookAgain(api: ApiClient, id: string): Promise<Upgrade> {
  return await api.post(upgradeUrl(id, 'preflight'), {}, upgradeSchema);
}

/**
 * Confirms an upgrade by the hash of its plan and merged values.
 *
 * @throws UPGRADE_BLOCKED while something is open or when the hash is another, PLATFORM_*
 */
export async function confirmUpgrade(
  id: string | undefined,
  options: Output & { hash?: string; wait?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const found = await findUpgrade(api, id);
  // What blocked when the site was last looked at may be mended since.
  const upgrade = lifecycle[found.state].editable ? await lookAgain(api, found.id) : found;
  const blocked = (reason: string): SealiftError =>
    new SealiftError('UPGRADE_BLOCKED', { values: { reason }, place: upgrade.id });
  if (upgrade.blockers.length > 0) throw blocked(upgrade.blockers.join('; '));
  if (upgrade.hash === null) throw blocked(`it is ${upgrade.state}`);
  if (options.hash !== undefined && options.hash !== upgrade.hash) {
    throw blocked(`its hash is ${upgrade.hash} now, so it is no longer what was previewed`);
  }
  await api.postOnly(upgradeUrl(upgrade.id, 'confirm'), { hash: upgrade.hash });
  if (options.wait === true) {
    await follow(api, upgrade.id, options, context);
    return;
  }
  const confirmed = await findUpgrade(api, upgrade.id);
  if (options.json === true) context.out(JSON.stringify(confirmed));
  else context.out(`Confirmed ${upgrade.from} to ${upgrade.to}; follow it with: sealift upgrade wait`);
}

/** @throws UPGRADE_NOT_SUCCEEDED, UPGRADE_BLOCKED when it was never confirmed, PLATFORM_* */
export async function waitForUpgrade(id: string | undefined, options: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  await follow(api, (await findUpgrade(api, id)).id, options, context);
}

async function follow(api: ApiClient, id: string, options: Output, context: CliContext): Promise<void> {
  const label = 'Upgrading';
  let lastAnswer = Date.now();
  let shown = '';
  for (;;) {
    if (context.cancel.aborted)
      throw new SealiftError('CANCELLED', { hint: 'The upgrade goes on; look with `sealift upgrade show`.' });
    try {
      const upgrade = await findUpgrade(api, id);
      lastAnswer = Date.now();
      const message = upgrade.waitingFor?.what ?? upgrade.steps.find(({ state }) => state === 'running')?.message ?? '';
      if (message !== shown && message !== '' && options.json !== true) context.note(message);
      shown = message;
      if (lifecycle[upgrade.state].editable) {
        throw new SealiftError('UPGRADE_BLOCKED', { values: { reason: 'it was not confirmed' }, place: id });
      }
      if (hasEnded(upgrade)) {
        await report(api, upgrade, options, context);
        return;
      }
      context.progress.update(label, upgrade.fraction);
    } catch (error) {
      const away = isSealiftError(error, 'PLATFORM_UNREACHABLE') && Date.now() - lastAnswer < patienceMs;
      if (!away) throw error;
      if (shown !== error.message) context.note(`${error.message}; waiting for it to come back`);
      shown = error.message;
    }
    await delay(pollMs, undefined, { signal: context.cancel }).catch(() => undefined);
  }
}

async function report(api: ApiClient, upgrade: Upgrade, options: Output, context: CliContext): Promise<void> {
  if (options.json === true) context.out(JSON.stringify(upgrade));
  if (upgrade.state !== 'succeeded') {
    if (options.json === true) {
      context.exitCode = 3;
      return;
    }
    const reason = upgrade.failure?.message ?? 'no reason was given';
    throw new SealiftError('UPGRADE_NOT_SUCCEEDED', {
      values: { id: upgrade.id, state: upgrade.state, reason },
      ...(upgrade.failure === null ? {} : { hint: upgrade.failure.hint }),
    });
  }
  if (options.json === true) return;
  context.out(`Upgraded ${upgrade.product} from ${upgrade.from} to ${upgrade.to}.`);
  const { statements } = await api.get('/api/v1/summary', summarySchema);
  for (const { text, holds } of statements) context.out(`${holds ? 'yes' : 'no '}  ${text}`);
}

function print(upgrade: Upgrade, { json }: Output, context: CliContext): void {
  if (json === true) {
    context.out(JSON.stringify(upgrade));
    return;
  }
  context.out(`${upgrade.id}  ${upgrade.product} ${upgrade.from} to ${upgrade.to}: ${upgrade.state}`);
  if (upgrade.plan !== null) context.out(`node image: ${upgrade.plan.nodeImage.reason}`);
  for (const { id, fromVersion, toVersion, state, openConflicts, keptCustomisations } of upgrade.layers) {
    const conflicts = openConflicts === 0 ? '' : `, ${openConflicts} open conflicts`;
    const kept = keptCustomisations === 0 ? '' : `, keeps ${keptCustomisations} customisations`;
    context.out(`layer ${id}  ${fromVersion ?? 'new'} to ${toVersion ?? 'removed'}: ${state}${conflicts}${kept}`);
  }
  if (upgrade.preflightAt !== null) context.out(`site looked at: ${upgrade.preflightAt}`);
  for (const { title, outcome, detail, remedy } of upgrade.preflight) {
    context.out(`preflight ${outcome}: ${title}: ${detail}`);
    if (outcome !== 'pass' && remedy !== undefined) context.out(`  fix: ${remedy}`);
  }
  const progress = new Map(upgrade.steps.map((step) => [step.id, step]));
  for (const step of upgrade.plan === null ? [] : stepsOfPlan(upgrade.plan)) {
    const { state = 'waiting', message = '' } = progress.get(step.id) ?? {};
    context.out(`step ${step.title} (${step.rollback}): ${state}${message === '' ? '' : `, ${message}`}`);
  }
  for (const blocker of upgrade.blockers) context.out(`blocked: ${blocker}`);
  if (upgrade.waitingFor !== null) printWait(upgrade.waitingFor, context);
  if (upgrade.failure !== null) context.out(`failed: ${upgrade.failure.message}\n  fix: ${upgrade.failure.hint}`);
  if (upgrade.hash !== null) context.out(`hash ${upgrade.hash}`);
}

function printWait({ what, since, level, impact, remedy }: Wait, context: CliContext): void {
  context.out(`waiting for: ${what} (${level}, since ${since})`);
  if (impact !== '') context.out(`  meanwhile: ${impact}`);
  if (remedy !== null) context.out(`  fix: ${remedy}`);
}
