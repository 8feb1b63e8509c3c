import { access, constants } from 'node:fs/promises';
import { makeFolder } from '@sealift/io/make-folder';
import type { Check } from '@sealift/core/check';
import { nodeImagesOf } from '@sealift/core/release';
import { isStep, type Plan, rollsNodes, stepOf, type StepOf, stepsOf, stepsOfPlan } from '@sealift/core/upgrade';
import { describeMissing } from '../../catalogue/completeness.ts';
import { pinnedContent } from '../../catalogue/pinned-content.ts';
import { fetchPack } from '../../catalogue/pack-content.ts';
import { storedRelease } from '../../catalogue/stored-release.ts';
import { acceptable, block, type Finding, pass, runCheck } from '@sealift/upgrade/preflight/check';
import type { Template } from '@sealift/upgrade/ports/vcenter';
import {
  emulationPossible,
  layersAsRecorded,
  nodesReady,
  rolloutsSettled,
} from '@sealift/upgrade/preflight/cluster-checks';
import { installedProfile } from '../../platform/installed.ts';
import { endedEarly } from '../../platform/partly-upgraded.ts';
import { identityFinding, storageIdentityUnique } from '@sealift/upgrade/preflight/storage-checks';
import { updateList } from '../../platform/updates.ts';
import type { MergedLayerRow } from '../../merging/layer-merge.ts';
import { packBase } from '../../catalogue/content-paths.ts';
import { layerMoves } from './layer-moves.ts';
import { wayBack } from './way-back.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import type { UpgradeRow } from '../../store/tables.ts';

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
  const checks = await Promise.all([
    releaseSigned(services, row),
    contentPresent(services, row),
    wayBack(services, row),
    noOpenRisk(services, row),
    templateFits(services, plan),
    cluster.checks({
      imageBytes: (cancel) => newImageBytes(services, row, plan, cancel),
      helm: () => needsHelm(services, plan),
      kubernetes: plan.nodeImage.kubernetesTo,
      nodes: steps.some(rollsNodes),
      newNodes: plan.nodeImage.needed,
      layers: () => Promise.resolve(layerMoves(profile, plan, merged)),
      providers: stepOf(steps, 'cluster-api-providers')?.target,
      controlPlaneRollouts: steps.filter((step) => rollsNodes(step) && !isStep(step, 'workers')).length,
      workerRollouts: stepsOf(steps, 'workers').length,
      releases: plan.hops.map(({ release }) => release),
    }),
    storageIdentityUnique(cluster.storage),
    nodesReady(cluster.cluster),
    rolloutsSettled(cluster.cluster),
    ...(stepOf(steps, 'finalise') === undefined ? [] : [emulationPossible(cluster.cluster)]),
    layersAsRecorded(cluster.cluster, profile, await endedEarly(services.store.db, profile)),
    backupWritable(services),
  ]);
  return checks.flat();
}

function releaseSigned({ store }: UpgradeServices, row: UpgradeRow): Promise<Check> {
  return runCheck('release-signed', 'The release is signed by a trusted key', async () => {
    const { keyId, digest } = await storedRelease(store.db, row.to_version, row.product);
    if (digest !== row.release_digest)
      return block('The release is another than at the start', 'Start the upgrade again.');
    return pass(`Verified again, key ${keyId}`);
  });
}

function contentPresent({ store, registry }: UpgradeServices, row: UpgradeRow): Promise<Check> {
  return runCheck('content-present', 'Everything the release needs is in the registry', async () => {
    const { release } = await storedRelease(store.db, row.to_version, row.product);
    const missing = await registry.content.missing(pinnedContent(packBase, release));
    if (missing.length > 0) return block(describeMissing(missing), 'Run the bundle of this release again.');
    const { packs, images } = release.spec;
    return pass(`${packs.length} packs, ${images.length} images and the node image, by digest`);
  });
}

function noOpenRisk({ store, cluster }: UpgradeServices, row: UpgradeRow): Promise<Check> {
  return runCheck('risks', 'No risk that the release declares for this step is open', async (cancel) => {
    const { available } = await updateList(store.db);
    const risk = available.find((update) => update.version === row.to_version)?.risk;
    if (risk === undefined) return pass('None is declared');
    if (risk.check === 'cns-cluster-id') return await identityFinding(cluster.storage, cancel);
    const finding = block(`${risk.name}: ${risk.text}`, 'Go by way of a release that has no such risk.');
    return acceptable(finding, risk.text, [risk.name]);
  });
}

/** Of the node images that templates have to be made from, and are not made from yet; undefined where there is none. */
async function newImageBytes(
  { store, cluster }: UpgradeServices,
  row: UpgradeRow,
  plan: Plan,
  cancel: AbortSignal,
): Promise<number | undefined> {
  const missing = new Set<string>();
  for (const { target } of stepsOf(stepsOfPlan(plan), 'template')) {
    if ((await cluster.vcenter.findTemplate(target.template, cancel)) === null) missing.add(target.ova);
  }
  if (missing.size === 0) return undefined;
  const { release } = await storedRelease(store.db, row.to_version, row.product);
  const images = nodeImagesOf(release.spec).filter(({ ova }) => missing.has(ova));
  return images.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
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
    makeFolder(folder, 0o700);
    await access(folder, constants.W_OK | constants.X_OK);
    const place = await places.current();
    // A store that does not answer now would stop the upgrade at its first step.
    await place.sizesOf([]);
    return pass(place.address ?? folder);
  });
}
