import type { Check } from '@sealift/core/check';
import { checkIdentity } from '../storage/identity/repair.ts';
import type { CnsSides } from '../storage/identity/observe.ts';
import { type Readiness, readReadiness } from '@sealift/vsphere/readiness';
import { acceptable, block, type Finding, pass, runCheck, warn } from '@sealift/upgrade/preflight/check';
import type { PackRoom } from '@sealift/core/packs';
import type { OwnObjects } from '@sealift/core/release';
import type { DesiredProviders } from '@sealift/upgrade/ports/providers';
import type { LayerMove } from './layers/layer-move.ts';
import type { RehearsalNeeds } from './rehearsal/rehearsal-check.ts';
import { sizeText, unpackedFactor } from './size-text.ts';
import type { SiteSettings } from '../settings.ts';
import type { DetachingVolume, StorageSides } from '../storage/sides.ts';
import type { VcenterSession } from '../vcenter/session.ts';

/** What of an upgrade the checks have to know. */
export interface UpgradeNeeds extends RehearsalNeeds {
  /** Size of the OVAs in bytes that templates have to be made from; undefined where none has to, or they are there. */
  readonly imageBytes: (cancel: AbortSignal) => Promise<number | undefined>;
  /** Whether a pack of the upgrade has charts, or manifests that are templates. */
  readonly helm: () => Promise<boolean>;
  /** Of the target, such as `1.37.2`. */
  readonly kubernetes: string;
  /** Whether nodes are replaced. */
  readonly nodes: boolean;
  /** Whether they are for another image or version of Kubernetes, and not for other settings of kubeadm alone. */
  readonly newNodes: boolean;
  /** Every version of Kubernetes that machines are made with on the way, such as `1.37.2`. */
  readonly nodeVersions: readonly string[];
  /** What becomes of each layer. */
  readonly layers: () => Promise<readonly LayerMove[]>;
  /** What its packs ask for beyond what runs of them. */
  readonly packRoom: () => Promise<readonly PackRoom[]>;
  /** The Cluster API providers that the release brings; undefined where those that run stay. */
  readonly providers: DesiredProviders | undefined;
  /** How often the control plane is rolled: once for each minor that it goes through, or not at all. */
  readonly controlPlaneRollouts: number;
  /** Whether etcd is kept at the version that runs while its machines are replaced. */
  readonly keepsEtcd: boolean;
  /** How often the workers are. */
  readonly workerRollouts: number;
  /** The releases that it leads to, by the digests of their markers. */
  readonly releases: readonly string[];
  /** What steps of these releases give to what layers apply, before they do. */
  readonly takenOver: readonly OwnObjects[];
}

/** A certificate or login of the wrong time is refused from some minutes on. */
const clockWarnMs = 30_000;
const clockBlockMs = 300_000;
const shownVolumes = 5;

/** The checks of vCenter and of the storage, each looking now and changing nothing. */
export function vcenterChecks(
  session: VcenterSession,
  { places }: SiteSettings,
  sides: StorageSides,
): (needs: UpgradeNeeds) => readonly Promise<Check>[] {
  return (needs) => {
    let reading: Promise<Readiness> | undefined;
    const readiness = async (cancel: AbortSignal): Promise<Readiness> =>
      await (reading ??= session.client().then((client) => readReadiness(client, places, cancel)));
    type Judge = (found: Readiness, cancel: AbortSignal) => Finding | Promise<Finding>;
    const look = (name: string, title: string, judge: Judge) =>
      runCheck(name, title, async (cancel) => await judge(await readiness(cancel), cancel));
    return [
      look('vcenter', 'vCenter answers and accepts the account', ({ about }) => pass(about)),
      look('vcenter-privileges', 'The account in vCenter has every privilege that is needed', privileges),
      look('vcenter-room', 'The datastore has room for the template', async (found, cancel) =>
        room(found, await needs.imageBytes(cancel)),
      ),
      look('vcenter-clock', 'The clocks of vCenter and of this machine agree', clock),
      runCheck('storage-volumes', 'The cluster and vCenter know the same volumes', async (cancel) =>
        volumes(await sides.open(cancel)),
      ),
      runCheck('storage-detach', 'No volume is being detached', async (cancel) =>
        detaching(await sides.detaching(cancel)),
      ),
    ];
  };
}

function privileges({ lacking }: Readiness): Finding {
  if (lacking.length === 0) return pass('Asked of vCenter, on every object that is used');
  const named = lacking.map(({ on, privileges: ids }) => `${on}: ${ids.join(', ')}`).join('; ');
  return block(`It lacks ${named}`, 'Make a role with sealift vsphere role --create and give it to the account there.');
}

function room({ datastore: { name, freeBytes } }: Readiness, imageBytes: number | undefined): Finding {
  const free = `${name} has ${sizeText(freeBytes)} free`;
  if (imageBytes === undefined) return pass(`No template has to be made; ${free}`);
  const remedy = `Free room on ${name}, or name another datastore (Site Settings, --vcenter-datastore).`;
  const size = `the image has ${sizeText(imageBytes)}`;
  if (freeBytes < imageBytes) return block(`${free}, ${size}`, remedy);
  if (freeBytes < imageBytes * unpackedFactor) return warn(`${free}, ${size} and takes more when unpacked`, remedy);
  return pass(`${free}, ${size}`);
}

function clock({ clockAheadMs }: Readiness): Finding {
  const seconds = Math.round(Math.abs(clockAheadMs) / 1000);
  const apart = `vCenter is ${seconds} s ${clockAheadMs > 0 ? 'ahead' : 'behind'}`;
  const remedy = 'Set both from the same time server (NTP).';
  if (Math.abs(clockAheadMs) >= clockBlockMs) return block(apart, remedy);
  return Math.abs(clockAheadMs) >= clockWarnMs ? warn(apart, remedy) : pass(apart);
}

async function volumes(sides: CnsSides): Promise<Finding> {
  const { unknownToVcenter, underOtherIds, ownVolumes } = await checkIdentity(sides);
  const named = (names: readonly string[]): string =>
    `${names.slice(0, shownVolumes).join(', ')}${names.length > shownVolumes ? ` and ${names.length - shownVolumes} more` : ''}`;
  if (unknownToVcenter.length > 0) {
    const detail = `vCenter does not know ${named(unknownToVcenter.map(({ name }) => name))}`;
    return acceptable(
      block(detail, 'Find these disks in vCenter and register them, or remove the PersistentVolumes.'),
      'A pod that uses such a volume does not start again once it has left its node.',
      unknownToVcenter.map(({ name }) => name),
    );
  }
  if (underOtherIds.length > 0) {
    const detail = `Under another cluster-id: ${named(underOtherIds.map(({ id }) => id))}`;
    return warn(
      detail,
      'The CSI driver notes them under its own id at its next full sync, within half an hour; where it does not, restart the Deployment vsphere-csi-controller. sealift vsphere cns check names each with its id.',
    );
  }
  return pass(`Known to both: ${ownVolumes}`);
}

function detaching(found: readonly DetachingVolume[]): Finding {
  if (found.length === 0) return pass('None is');
  const named = found
    .slice(0, shownVolumes)
    .map(({ volume, node, error }) => `${volume} from ${node}${error === undefined ? '' : ` (${error})`}`);
  const more = found.length > shownVolumes ? ` and ${found.length - shownVolumes} more` : '';
  return block(`Being detached: ${named.join('; ')}${more}`, 'Wait until they are; see the events of these volumes.');
}
