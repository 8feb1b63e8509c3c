import { setTimeout as delay } from 'node:timers/promises';
import { layerPreviewSchema, summarySchema, type Upgrade, updateListSchema, upgradeSchema } from '@sealift/core/api';
import { lifecycle, stepsOfPlan } from '@sealift/core/upgrade';
import { SealiftError } from '@sealift/core/errors';
import { type Decision, pathText } from '@sealift/core/merge';
import type { ApiClient } from '../client/api-client.ts';

const pollMs = 250;
const keptKinds: readonly Decision['kind'][] = ['kept-custom', 'added-by-site', 'removed-by-site', 'moved'];

/** What an upgrade by API came to; every field from the console's own answers. */
export interface UpgradeResult {
  readonly result: 'upgraded';
  readonly from: string;
  readonly to: string;
  /** `<pack>:<path>`, keys joined by dots. */
  readonly keptCustomisations: readonly string[];
  readonly conflicts: number;
  /** The sentences of the Summary page that hold. */
  readonly summary: readonly string[];
  /** Nodes that were not there before. */
  readonly machinesReplaced: number;
}

/**
 * Upgrades the platform through the console's API: takes the recommended release, previews every layer, confirms what it saw by
 * its hash, and follows the engine to the end.
 *
 * @throws DEMO_STEP_FAILED when nothing is recommended, UPGRADE_BLOCKED, UPGRADE_NOT_SUCCEEDED, PLATFORM_*
 */
export async function upgradeByApi(
  api: ApiClient,
  say: (text: string) => void,
  cancel: AbortSignal,
): Promise<UpgradeResult> {
  const { recommended } = await api.get('/api/v1/updates', updateListSchema);
  if (recommended === null) {
    const reason = 'the console recommends no release';
    throw new SealiftError('DEMO_STEP_FAILED', { values: { name: 'the upgrade', reason } });
  }
  say(`Update Management offers ${recommended.version}: ${recommended.nodeImage.reason}`);
  const before = await nodeNames(api);
  const draft = await api.post('/api/v1/upgrades', { to: recommended.version }, upgradeSchema);
  const preview = await previewLayers(api, draft, say);
  const ready = await api.get(`/api/v1/upgrades/${draft.id}`, upgradeSchema);
  if (ready.hash === null || ready.blockers.length > 0) {
    throw new SealiftError('UPGRADE_BLOCKED', { values: { reason: ready.blockers.join('; ') || ready.state } });
  }
  say(`Confirming ${ready.hash.slice(0, 12)}…, the hash of plan and merged values`);
  await api.post(`/api/v1/upgrades/${draft.id}/confirm`, { hash: ready.hash }, upgradeSchema);
  await follow(api, draft.id, say, cancel);
  const { statements, version, nodes } = await api.get('/api/v1/summary', summarySchema);
  for (const { text, holds } of statements) say(`${holds ? 'Yes' : 'No'}: ${text}`);
  return {
    result: 'upgraded',
    from: draft.from,
    to: version ?? draft.to,
    ...preview,
    summary: statements.filter(({ holds }) => holds).map(({ text }) => text),
    machinesReplaced: nodes.filter(({ name }) => !before.has(name)).length,
  };
}

async function nodeNames(api: ApiClient): Promise<ReadonlySet<string>> {
  const { nodes } = await api.get('/api/v1/summary', summarySchema);
  return new Set(nodes.map(({ name }) => name));
}

async function previewLayers(api: ApiClient, draft: Upgrade, say: (text: string) => void) {
  const keptCustomisations: string[] = [];
  let conflicts = 0;
  for (const layer of draft.layers) {
    const preview = await api.get(`/api/v1/upgrades/${draft.id}/layers/${layer.id}`, layerPreviewSchema);
    const kept = preview.decisions.filter(({ kind }) => keptKinds.includes(kind));
    conflicts += preview.conflicts.length;
    for (const { path } of kept) keptCustomisations.push(`${layer.pack}:${pathText(path)}`);
    const versions = `${layer.fromVersion ?? 'new'} → ${layer.toVersion ?? 'removed'}`;
    say(`  ${layer.layer} ${layer.pack} ${versions}: ${preview.state}, customisations kept: ${kept.length}`);
  }
  return { keptCustomisations, conflicts };
}

async function follow(api: ApiClient, id: string, say: (text: string) => void, cancel: AbortSignal): Promise<void> {
  const told = new Set<string>();
  for (;;) {
    const upgrade = await api.get(`/api/v1/upgrades/${id}`, upgradeSchema);
    for (const { id: step, title } of titles(upgrade)) {
      const progress = upgrade.steps.find((one) => one.id === step);
      if (progress?.state !== 'done' || told.has(step)) continue;
      told.add(step);
      say(`  done: ${title}`);
    }
    if (upgrade.state === 'succeeded') return;
    if (!lifecycle[upgrade.state].needsEngine) {
      const reason = upgrade.failure?.message ?? upgrade.waitingFor?.what ?? 'no reason was given';
      throw new SealiftError('UPGRADE_NOT_SUCCEEDED', { values: { id, state: upgrade.state, reason } });
    }
    await delay(pollMs, undefined, { signal: cancel });
  }
}

function titles(upgrade: Upgrade) {
  return upgrade.plan === null ? [] : stepsOfPlan(upgrade.plan);
}
