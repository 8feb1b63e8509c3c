import { access, constants } from 'node:fs/promises';
import { asSealiftError } from '@sealift/core/errors';
import { declaredRisks } from '@sealift/core/planner';
import { fileWork } from '@sealift/io/file-errors';
import { makeFolder } from '@sealift/io/make-folder';
import type { Check } from '@sealift/core/check';
import { nodeImagesOf } from '@sealift/core/release';
import {
  isStep,
  type Plan,
  type PlanStep,
  rollsNodes,
  stepOf,
  type StepOf,
  stepsOf,
  stepsOfPlan,
} from '@sealift/core/upgrade';
import { describeMissing } from '../../catalogue/completeness.ts';
import { pinnedContent } from '../../catalogue/pinned-content.ts';
import { fetchPack } from '../../catalogue/pack-content.ts';
import { installedRelease, type StoredRelease, storedRelease } from '../../catalogue/stored-release.ts';
import { acceptable, block, type Finding, pass, runCheck } from '@sealift/upgrade/preflight/check';
import type { Template } from '@sealift/upgrade/ports/vcenter';
import {
  emulationPossible,
  layersAsRecorded,
  nodesReady,
  rolloutsSettled,
} from '@sealift/upgrade/preflight/cluster-checks';
import { gatewaysReady } from '@sealift/upgrade/preflight/gateway-checks';
import { installedProfile } from '../../platform/installed.ts';
import { endedEarly } from '../../platform/partly-upgraded.ts';
import { identityFinding, storageIdentityUnique } from '@sealift/upgrade/preflight/storage-checks';
import type { MergedLayerRow } from '../../merging/layer-merge.ts';
import { packBase } from '../../catalogue/content-paths.ts';
import { layerMoves } from './layer-moves.ts';
import { loadRehearsal } from '../rehearsal/stored-rehearsal.ts';
import { rehearsalWish } from '../rehearsal/wish.ts';
import { releaseChecks } from './release-checks.ts';
import { packRoom } from './pack-room.ts';
import { wayBack } from './way-back.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import type { UpgradeRow } from '../../store/tables/upgrades.ts';

/** What of the site is looked at before an upgrade may be confirmed: registry, vCenter, cluster, disk. Changes nothing; may be run at any time. */
export async function siteChecks(
  services: UpgradeServices,
  row: UpgradeRow,
  plan: Plan,
  merged: readonly MergedLayerRow[],
): Promise<Check[]> {
  const { cluster } = services;
  const profile = await installedProfile(services.store.db);
  const steps = stepsOfPlan(plan);
  const moves = layerMoves(profile, plan, merged);
  const checks = await Promise.all([
    releaseSigned(services, row, plan),
    contentPresent(services, row, plan),
    declaredByReleases(services, row, plan),
    wayBack(services, row),
    noOpenRisk(services, row, plan),
    templateFits(services, plan),
    cluster.checks({
      imageBytes: (cancel) => newImageBytes(services, row, plan, cancel),
      helm: () => needsHelm(services, plan),
      kubernetes: plan.nodeImage.kubernetesTo,
      nodes: steps.some(rollsNodes),
      newNodes: plan.nodeImage.needed,
      nodeVersions: nodeVersionsOf(steps),
      layers: () => Promise.resolve(moves),
      packRoom: () => packRoom(services.store.db, moves),
      providers: stepOf(steps, 'cluster-api-providers')?.target,
      controlPlaneRollouts: steps.filter((step) => rollsNodes(step) && !isStep(step, 'workers')).length,
      keepsEtcd: stepOf(steps, 'emulated-control-plane') !== undefined,
      workerRollouts: stepsOf(steps, 'workers').length,
      releases: plan.hops.map(({ release }) => release),
      rehearsal: { ...rehearsalWish(plan, profile), last: () => loadRehearsal(services.store.db, row.id) },
      takenOver: stepsOf(steps, 'own-objects').map(({ target }) => target.do),
    }),
    storageIdentityUnique(cluster.storage),
    nodesReady(cluster.cluster),
    rolloutsSettled(cluster.cluster),
    ...(stepOf(steps, 'finalise') === undefined ? [] : [emulationPossible(cluster.cluster)]),
    layersAsRecorded(cluster.cluster, profile, await endedEarly(services.store.db, profile)),
    gatewaysReady(services.gateways.port, plan),
    backupWritable(services),
  ]);
  return checks.flat();
}

/** Every version of Kubernetes that machines are made with. */
function nodeVersionsOf(steps: readonly PlanStep[]): readonly string[] {
  const rolled = steps.flatMap((step) =>
    rollsNodes(step) && 'target' in step && 'kubernetes' in step.target ? [step.target.kubernetes] : [],
  );
  return [...new Set(rolled)];
}

/** The releases that a plan's hops go to, each verified again. */
async function releasesOf({ store }: UpgradeServices, row: UpgradeRow, plan: Plan): Promise<readonly StoredRelease[]> {
  const releases: StoredRelease[] = [];
  for (const { to } of plan.hops) releases.push(await storedRelease(store.db, to, row.product));
  return releases;
}

/** Where a release can't be read, what it declares is unknown, and that is said. */
async function declaredByReleases(services: UpgradeServices, row: UpgradeRow, plan: Plan): Promise<readonly Check[]> {
  try {
    return await releaseChecks(services.cluster.declared, plan, await releasesOf(services, row, plan));
  } catch (error) {
    const look = (): Promise<Finding> => Promise.reject(asSealiftError(error));
    return [await runCheck('release-checks', 'What the release asks for can be looked at', look)];
  }
}

function releaseSigned(services: UpgradeServices, row: UpgradeRow, plan: Plan): Promise<Check> {
  return runCheck('release-signed', 'The release is signed by a trusted key', async () => {
    const releases = await releasesOf(services, row, plan);
    if (releases.at(-1)?.digest !== row.release_digest)
      return block('The release is another than at the start', 'Start the upgrade again.');
    const keys = releases.map(({ keyId, release }) =>
      releases.length === 1 ? keyId : `${keyId} of ${release.metadata.version}`,
    );
    return pass(`Verified again, key ${keys.join(', ')}`);
  });
}

function contentPresent(services: UpgradeServices, row: UpgradeRow, plan: Plan): Promise<Check> {
  return runCheck('content-present', 'Everything the release needs is in the registry', async () => {
    const found: string[] = [];
    for (const { release } of await releasesOf(services, row, plan)) {
      const { version } = release.metadata;
      const missing = await services.registry.content.missing(pinnedContent(packBase, release));
      const which = plan.hops.length === 1 ? '' : `${version}: `;
      if (missing.length > 0)
        return block(`${which}${describeMissing(missing)}`, 'Run the bundle of this release again.');
      const { packs, images } = release.spec;
      found.push(`${which}${packs.length} packs, ${images.length} images and the node image, by digest`);
    }
    return pass(found.join('; '));
  });
}

function noOpenRisk(services: UpgradeServices, row: UpgradeRow, plan: Plan): Promise<Check> {
  return runCheck('risks', 'No risk that the release declares for this step is open', async (cancel) => {
    const installed = await installedRelease(services.store.db, row.from_version, row.product);
    const releases = [installed, ...(await releasesOf(services, row, plan))].map(({ release }) => release);
    const risks = declaredRisks(releases);
    const identity = risks.some(({ check }) => check === 'cns-cluster-id')
      ? await identityFinding(services.cluster.storage, cancel)
      : undefined;
    const open = risks.filter(({ check }) => check !== 'cns-cluster-id');
    if (open.length === 0 || (identity !== undefined && identity.outcome !== 'pass')) {
      return identity ?? pass('None is declared');
    }
    const told = open.map(({ name, text }) => `${name}: ${text}`).join(' ');
    const finding = block(told, 'Go by way of a release that has no such risk.');
    const names = open.map(({ name }) => name);
    return acceptable(finding, open.map(({ text }) => text).join(' '), names);
  });
}

/** Of the node images that templates have to be made from, and are not made from yet; undefined where there is none. */
async function newImageBytes(
  services: UpgradeServices,
  row: UpgradeRow,
  plan: Plan,
  cancel: AbortSignal,
): Promise<number | undefined> {
  const missing = new Set<string>();
  for (const { target } of stepsOf(stepsOfPlan(plan), 'template')) {
    const found = await services.cluster.vcenter.findTemplate(target.template, cancel);
    if (found === null) missing.add(target.ova);
  }
  if (missing.size === 0) return undefined;
  const releases = await releasesOf(services, row, plan);
  const images = new Map(
    releases.flatMap(({ release }) => nodeImagesOf(release.spec)).map((image) => [image.ova, image]),
  );
  return [...missing].reduce((total, ova) => total + (images.get(ova)?.sizeBytes ?? 0), 0);
}

/** Whether a pack that the plan applies has charts, or manifests that are templates. */
async function needsHelm({ registry }: UpgradeServices, plan: Plan): Promise<boolean> {
  for (const step of stepsOfPlan(plan)) {
    if (!isStep(step, 'layer')) continue;
    const { pack: name, version, digest } = step.target;
    const { content } = await fetchPack(registry.client, packBase, { name, version, digest });
    if (content.files.some((path) => /^charts\/.+\.tgz$/.test(path))) return true;
    if ([...content.manifests.values()].some((text) => text.includes('{{'))) return true;
  }
  return false;
}

function templateFits({ cluster }: UpgradeServices, plan: Plan): Promise<Check> {
  return runCheck('template', 'The template in vCenter fits, or can be made', async (cancel) => {
    const targets = stepsOf(stepsOfPlan(plan), 'template').map(({ target }) => target);
    if (targets.length === 0) return pass('No new node image is needed');
    const details: string[] = [];
    for (const target of targets) {
      const finding = judgeTemplate(target, await cluster.vcenter.findTemplate(target.template, cancel));
      if (finding.outcome !== 'pass') return finding;
      details.push(finding.detail);
    }
    return pass(details.join('; '));
  });
}

function judgeTemplate(target: StepOf<'template'>['target'], found: Template | null): Finding {
  if (found === null) return pass(`${target.template} will be made from ${target.ova}`);
  if (found.sha256 !== null && found.sha256 !== target.sha256) {
    return block(`${target.template} was made from another OVA`, 'Rename or remove that template.');
  }
  if (found.kubernetes !== null && found.kubernetes !== target.kubernetes) {
    const detail = `${target.template} holds Kubernetes ${found.kubernetes}, the release needs ${target.kubernetes}`;
    return block(detail, 'Rename or remove that template.');
  }
  if (found.sha256 === null && found.kubernetes === null) {
    return block(
      `Nothing in ${target.template} says which image it was made from`,
      'Remove it and let the upgrade make it, or import the image with sealift vsphere import-template.',
    );
  }
  if (found.poweredOn) return block(`${target.template} is powered on`, 'Shut it down, or remove it.');
  if (!found.marked) return pass(`${target.template} was deployed by hand and will be made a template`);
  return pass(`${target.template} is there`);
}

function backupWritable({ backups: { places } }: UpgradeServices): Promise<Check> {
  return runCheck('backup-writable', 'The backup can be written', async () => {
    const { folder } = places;
    await fileWork(folder, async () => {
      makeFolder(folder, 0o700);
      await access(folder, constants.W_OK | constants.X_OK);
    });
    const place = await places.current();
    // A store that does not answer now would stop the upgrade at its first step.
    await place.sizesOf([]);
    return pass(place.address ?? folder);
  });
}
