import { access, constants, mkdir } from 'node:fs/promises';
import type { Check } from '@sealift/core/api';
import type { Plan } from '@sealift/core/plan';
import { definitionOf } from '@sealift/upgrade/steps';
import { describeMissing, missingContent } from '../catalogue/completeness.ts';
import { storedRelease } from '../catalogue/stored-release.ts';
import { block, pass, runCheck, warn } from '../platform/check.ts';
import { layersAsRecorded, nodesReady, rolloutsSettled } from '../platform/cluster-checks.ts';
import { installedProfile } from '../platform/installed.ts';
import { identityFinding, storageIdentityUnique } from '../platform/storage-checks.ts';
import { updateList } from '../platform/updates.ts';
import { packBase } from '../catalogue/registry-access.ts';
import type { UpgradeServices } from './upgrade-services.ts';
import type { UpgradeRow } from '../store/tables.ts';
import type { MergedLayerRow } from './layer-merge.ts';

/** Everything that is looked at before an upgrade may be confirmed. Changes nothing; may be run at any time. */
export async function preflight(
  services: UpgradeServices,
  row: UpgradeRow,
  plan: Plan,
  layers: readonly MergedLayerRow[],
): Promise<Check[]> {
  const { cluster } = services;
  const profile = await installedProfile(services.store.db);
  return Promise.all([
    mergeSettled(layers),
    pastedTexts(layers),
    valuesValid(layers),
    releaseSigned(services, row),
    contentPresent(services, row),
    stepsSupported(plan),
    noOpenRisk(services, row),
    templateFits(services, plan),
    ...cluster.checks({ imageBytes: () => newImageBytes(services, row, plan) }),
    storageIdentityUnique(cluster),
    nodesReady(cluster),
    rolloutsSettled(cluster),
    layersAsRecorded(cluster, profile),
    backupWritable(services),
  ]);
}

function mergeSettled(layers: readonly MergedLayerRow[]): Promise<Check> {
  return runCheck('merge-settled', 'No conflict is open', () => {
    const open = layers.filter(({ preview }) => preview.openConflicts > 0);
    if (open.length === 0) return pass(`${layers.length} layers are merged`);
    const named = open.map(({ preview }) => `${preview.pack}: ${preview.openConflicts}`).join(', ');
    return block(`Conflicts are open in ${named}`, 'Choose a side or give a value for each.');
  });
}

function pastedTexts(layers: readonly MergedLayerRow[]): Promise<Check> {
  return runCheck('pasted-texts', 'Texts pasted by hand agree with the merge', () => {
    const differing = layers.flatMap(({ preview }) => {
      const count = preview.pasted?.differences.length ?? 0;
      return count === 0 ? [] : [`${preview.pack}: ${count}`];
    });
    if (differing.length === 0) return pass('None differs from it');
    return warn(
      `They differ in ${differing.join(', ')} places`,
      'Read what each layer lists, or go back to the merge.',
    );
  });
}

const shownProblems = 10;

function valuesValid(layers: readonly MergedLayerRow[]): Promise<Check> {
  return runCheck('values-valid', 'Every layer’s values fit the schemas of its pack', () => {
    const problems = layers.flatMap(({ preview }) =>
      preview.problems.map(({ severity, path, line, message }) => {
        const place = line === null ? path : `${path} (line ${line})`;
        return { severity, text: `${preview.pack}: ${place}: ${message}` };
      }),
    );
    if (problems.length === 0) return pass(`${layers.length} layers are checked`);
    const blocking = problems.filter(({ severity }) => severity === 'block');
    const told = blocking.length > 0 ? blocking : problems;
    const rest = told.length > shownProblems ? `; and ${told.length - shownProblems} more` : '';
    const detail = told.slice(0, shownProblems).map(({ text }) => text);
    const finding = blocking.length > 0 ? block : warn;
    return finding(
      `${detail.join('; ')}${rest}`,
      'Settle the path to a value that fits, or edit the layer’s merged text, at the line named.',
    );
  });
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
    const missing = await missingContent(registry.client, packBase, release);
    if (missing.length > 0) return block(describeMissing(missing), 'Run the bundle of this release again.');
    const { packs, images } = release.spec;
    return pass(`${packs.length} packs, ${images.length} images and the node image, by digest`);
  });
}

function stepsSupported(plan: Plan): Promise<Check> {
  return runCheck('steps-supported', 'This version can do every step', () => {
    const steps = plan.hops.flatMap((hop) => hop.steps);
    for (const step of steps) definitionOf(step);
    return pass(`${steps.length} steps`);
  });
}

function noOpenRisk({ store, cluster }: UpgradeServices, row: UpgradeRow): Promise<Check> {
  return runCheck('risks', 'No risk that the release declares for this step is open', async (cancel) => {
    const { available } = await updateList(store.db);
    const risk = available.find((update) => update.version === row.to_version)?.risk;
    if (risk === undefined) return pass('None is declared');
    if (risk.check === 'cns-cluster-id') return await identityFinding(cluster.storage, cancel);
    return block(`${risk.name}: ${risk.text}`, 'Go by way of a release that has no such risk.');
  });
}

/** Of the node image that a template has to be made from; undefined where none has to. */
async function newImageBytes({ store }: UpgradeServices, row: UpgradeRow, plan: Plan): Promise<number | undefined> {
  if (!plan.hops.some(({ steps }) => steps.some(({ kind }) => kind === 'template'))) return undefined;
  const { release } = await storedRelease(store.db, row.to_version, row.product);
  return release.spec.nodeImage?.sizeBytes;
}

function templateFits({ cluster }: UpgradeServices, plan: Plan): Promise<Check> {
  return runCheck('template', 'The template in vCenter fits, or can be made', async (cancel) => {
    const target = plan.hops.flatMap((hop) => hop.steps).find((step) => step.kind === 'template')?.target;
    if (target?.template === undefined) return pass('No new node image is needed');
    const found = await cluster.vcenter.findTemplate(target.template, cancel);
    if (found === null) return pass(`${target.template} will be made from ${target.ova ?? 'the release'}`);
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
  });
}

function backupWritable({ backupFolder }: UpgradeServices): Promise<Check> {
  return runCheck('backup-writable', 'The backup can be written', async () => {
    await mkdir(backupFolder, { recursive: true, mode: 0o700 });
    await access(backupFolder, constants.W_OK | constants.X_OK);
    return pass(backupFolder);
  });
}
