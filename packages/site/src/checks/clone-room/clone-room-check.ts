import type { Check, CheckItem } from '@sealift/core/check';
import { isSealiftError } from '@sealift/core/errors';
import { type CloneSpec, cloneSpecOf } from '@sealift/kubernetes/clone-spec';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { readClusterState } from '@sealift/kubernetes/cluster-state';
import { readMachineTemplate } from '@sealift/kubernetes/machine-templates';
import type { Objects } from '@sealift/kubernetes/objects';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import { acceptable, block, type Finding, pass, runCheck, warn, withItems } from '@sealift/upgrade/preflight/check';
import type { VcenterClient } from '@sealift/vsphere/client';
import {
  type CloneDatastore,
  type CloneSource,
  datastoreNamed,
  datastoresOf,
  findCloneSource,
} from '@sealift/vsphere/clone-places';
import { findComputePlace, findDatacenter, type PlaceNames } from '@sealift/vsphere/places';
import type { UpgradeNeeds } from '../vcenter-checks.ts';
import { sizeText, unpackedFactor } from '../size-text.ts';
import { machineRoom } from './machine-room.ts';
import { type ImportedTemplate, type RolledGroup, roomNeeded } from './room-needed.ts';

/** Where machines and datastores are looked at. */
export interface RoomSides {
  objects(): Promise<Objects>;
  vcenter(): Promise<VcenterClient>;
  readonly cluster: ClusterName | undefined;
  /** Where VM templates are made; its datacenter is that of machine templates that name none. */
  readonly places: PlaceNames;
}

type RoomNeeds = Pick<UpgradeNeeds, 'nodes' | 'controlPlaneRollouts' | 'workerRollouts' | 'imageBytes'>;

/** Whether the datastores of the machines have room for those that come before the old ones are gone. */
export function cloneRoomCheck(sides: RoomSides, needs: RoomNeeds): Promise<Check> {
  return runCheck('clone-room', 'The datastores have room for the machines that are replaced', async (cancel) => {
    if (!needs.nodes || needs.controlPlaneRollouts + needs.workerRollouts === 0) return pass('No machine is replaced');
    return judge(await lookAtRoom(sides, needs, cancel));
  });
}

/** What was found of the machines that are rolled, and of where they are cloned to. */
export interface FoundRoom {
  readonly groups: readonly RolledGroup[];
  readonly datastores: readonly CloneDatastore[];
  /** What cannot be told, by owner. */
  readonly unknown: readonly CheckItem[];
  readonly imported?: ImportedTemplate | undefined;
}

async function lookAtRoom(sides: RoomSides, needs: RoomNeeds, cancel: AbortSignal): Promise<FoundRoom> {
  const objects = await sides.objects();
  const { controlPlane, deployments, cluster } = await readClusterState(objects, sides.cluster, cancel);
  const look = {
    objects,
    client: await sides.vcenter(),
    namespace: cluster.namespace,
    datacenter: sides.places.datacenter,
  };
  const groups: RolledGroup[] = [];
  const unknown: CheckItem[] = [];
  const seen = new Map<string, CloneDatastore>();
  for (const owner of [controlPlane, ...deployments]) {
    const rollouts = owner.kind === 'KubeadmControlPlane' ? needs.controlPlaneRollouts : needs.workerRollouts;
    if (rollouts === 0 || owner.replicas === 0) continue;
    const found = await lookAtOwner(owner, look, cancel).catch(asUnknown);
    if (typeof found === 'string') {
      unknown.push({ place: placeOf(owner), text: found });
    } else {
      seen.set(found.datastore.ref.value, found.datastore);
      groups.push(found.group);
    }
  }
  const imported = groups.length === 0 ? undefined : await importedTemplate(look.client, sides, needs, cancel);
  return { groups, datastores: [...seen.values()], unknown, imported };
}

/** The VM template that is made before machines are cloned from it; undefined where it is there. That it has a place is a check of its own. */
async function importedTemplate(
  client: VcenterClient,
  { places }: RoomSides,
  needs: RoomNeeds,
  cancel: AbortSignal,
): Promise<ImportedTemplate | undefined> {
  const imageBytes = await needs.imageBytes(cancel);
  if (imageBytes === undefined) return undefined;
  const datacenter = await findDatacenter(client, places.datacenter, cancel, places.folder);
  const { datastore } = await findComputePlace(client, datacenter, places, cancel);
  return {
    datastore: datastore.ref.value,
    room: { leastBytes: imageBytes, mostBytes: imageBytes * unpackedFactor },
  };
}

interface Look {
  readonly objects: Objects;
  readonly client: VcenterClient;
  readonly namespace: string;
  /** Of machine templates that name none. */
  readonly datacenter: string | undefined;
}

/** The room that an owner's new machines take, and where; or why that cannot be told. */
async function lookAtOwner(
  owner: RolloutOwner,
  { objects, client, namespace, datacenter }: Look,
  cancel: AbortSignal,
): Promise<{ readonly group: RolledGroup; readonly datastore: CloneDatastore } | string> {
  const template = await readMachineTemplate(objects, namespace, owner.template, cancel);
  if (template === undefined) return `its machine template ${owner.template.name} is not there`;
  const spec = cloneSpecOf(template);
  const where = { datacenter: spec.datacenter ?? datacenter, template: spec.template };
  if (spec.datastore === undefined && spec.storagePolicy !== undefined) {
    return `the storage policy ${spec.storagePolicy} chooses its datastore, and which it allows is not asked`;
  }
  const datastore = datastoreNamed(await datastoresOf(client, where, cancel), spec.datastore);
  if (datastore === undefined) {
    return spec.datastore === undefined
      ? 'it names no datastore, and the datacenter has several'
      : `vCenter has no datastore ${spec.datastore}, or several`;
  }
  const source = await findCloneSource(client, where, cancel);
  if (source === undefined && spec.diskGiB === undefined) {
    return `how large its disks are is not known: ${spec.template} is not in vCenter`;
  }
  const group = {
    phase: owner.kind === 'KubeadmControlPlane' ? ('control-plane' as const) : ('workers' as const),
    owner: placeOf(owner),
    datastore: datastore.ref.value,
    room: machineRoom(spec, source, isLinked(owner, spec, source) ? 'linked' : 'full'),
    ...extraOf(owner),
  };
  return { group, datastore };
}

/** What the upgrade asks for are full clones; only a class's own template says otherwise, and by default a VM template with a snapshot. */
function isLinked({ managed }: RolloutOwner, { cloneMode }: CloneSpec, source: CloneSource | undefined): boolean {
  return (
    managed !== undefined && (cloneMode === undefined ? source?.hasSnapshot === true : cloneMode === 'linkedClone')
  );
}

/** A place in vCenter that cannot be chosen keeps nobody from an upgrade: machines are made there all the same. */
function asUnknown(error: unknown): string {
  if (isSealiftError(error, 'VSPHERE_CHOICE_NEEDED') || isSealiftError(error, 'VSPHERE_PLACE_UNKNOWN')) {
    return error.message;
  }
  throw error;
}

function placeOf({ kind, name }: RolloutOwner): string {
  return `${kind} ${name}`;
}

/**
 * How many more machines there are at once. A control plane waits for each old one to be gone; a MachineDeployment counts one that is being deleted no more,
 * so that all may have been made anew before the first is gone.
 */
function extraOf({ kind, surge, replicas }: RolloutOwner): Pick<RolledGroup, 'least' | 'most'> {
  return kind === 'KubeadmControlPlane'
    ? { least: surge, most: surge }
    : { least: surge, most: Math.max(surge, replicas) };
}

const blockRemedy = 'Free room there, or move what need not lie there; new machines are made before old ones go.';
const warnRemedy =
  'Free room there, or see that old machines go soon: what keeps them from being drained keeps their room too.';

/** What that means for the upgrade. */
export function judge({ groups, datastores, unknown, imported }: FoundRoom): Finding {
  const blocking: CheckItem[] = [];
  const tight: CheckItem[] = [];
  const enough: string[] = [];
  for (const { datastore, leastBytes, mostBytes, owners } of roomNeeded(groups, imported)) {
    const found = datastores.find(({ ref }) => ref.value === datastore);
    if (found === undefined) continue;
    const { name, usable } = found;
    // Less than nothing is what a count of thin disks can come to.
    const freeBytes = Math.max(0, found.freeBytes);
    const place = `datastore ${name}`;
    const free = `has ${sizeText(freeBytes)} free`;
    const template = imported?.datastore === datastore ? 'the new template and ' : '';
    const of = `${template}new machines of ${owners.join(', ')}`;
    if (!usable) blocking.push({ place, text: `is out of reach or in maintenance; ${of} lie there` });
    else if (freeBytes < leastBytes) blocking.push({ place, text: `${free}; ${of} take ${sizeText(leastBytes)}` });
    else if (freeBytes < mostBytes)
      tight.push({ place, text: `${free}; ${of} may take up to ${sizeText(mostBytes)} before the old ones are gone` });
    else enough.push(`${name} ${free}, and up to ${sizeText(mostBytes)} are taken for a time`);
  }
  const items = [...blocking, ...tight, ...unknown];
  const told = (one: CheckItem | undefined): string => (one === undefined ? '' : `${one.place} ${one.text}`);
  if (blocking.length > 0) {
    const finding = withItems(block(told(blocking[0]), blockRemedy), items);
    const consequence = 'A machine that cannot be made is waited for; the old ones stay until then.';
    return acceptable(
      finding,
      consequence,
      blocking.map(({ place }) => place),
    );
  }
  if (tight.length > 0) return withItems(warn(told(tight[0]), warnRemedy), items);
  if (unknown.length > 0) {
    const remedy = 'See in vCenter that there is room for these machines once more.';
    return withItems(warn(`Not known of ${told(unknown[0])}`, remedy), items);
  }
  return pass(enough.length === 0 ? 'No machine is replaced' : enough.join('; '));
}
