import type { FaultCase } from '../fault-case.ts';
import { commandIn } from '../printed-command.ts';
import type { PreflightSite } from '../site/preflight-site.ts';
import { folders } from '../site/vcenter-machines.ts';

/** Of the node image that the usual target brings. */
const comingTemplate = 'r_u-2204-0-k-1364-0';
const removed = ({ site }: PreflightSite) => site.vcenter.remove(comingTemplate, folders.templates);

/** What asks vCenter, and so knows nothing while it refuses. */
const ofVcenter = [
  'clone-room',
  'machines-accounted',
  'storage-identity',
  'storage-volumes',
  'template',
  'vcenter-clock',
  'vcenter-privileges',
  'vcenter-room',
];

/** vCenter, its templates and its datastores. */
export const vcenterCases: readonly FaultCase[] = [
  {
    check: 'vcenter',
    fault: 'vCenter does not accept the password any more',
    async seed({ simulator }) {
      await simulator.expireSessions();
      await simulator.fault({ method: 'Login', count: 10_000, fault: { type: 'InvalidLogin' } });
    },
    expects: {
      state: 'unknown',
      object: 'vCenter',
      evidence: 'does not accept this user name',
      remedy: 'password',
      also: ofVcenter,
    },
    remedy: ({ simulator }) => simulator.clearFaults(),
    done: 'the account gets that password again',
  },
  {
    check: 'vcenter-privileges',
    fault: 'the account may not import a vApp',
    seed: ({ simulator }) => simulator.denyPrivileges(['VApp.Import']),
    expects: { state: 'block', object: 'VApp.Import', evidence: 'It lacks', remedy: 'sealift vsphere role --create' },
    async remedy(site, { remedy = '' }) {
      await site.sealift(...commandIn(remedy, 'vsphere role'), ...site.vcenterTrust);
      await site.simulator.denyPrivileges([]);
    },
    done: '`sealift vsphere role --create` is run, and the role given to the account',
  },
  {
    check: 'template',
    fault: 'a template of the name holds another Kubernetes',
    seed: ({ site }) => site.vcenter.makeTemplate(comingTemplate, '1.35.2'),
    expects: {
      state: 'block',
      object: comingTemplate,
      evidence: 'holds Kubernetes 1.35.2, the release needs 1.36.4',
      remedy: 'Rename or remove that template',
    },
    async remedy({ site }) {
      await site.vcenter.govc('object.rename', `${folders.templates}/${comingTemplate}`, 'set-aside');
    },
    done: 'the template is renamed',
    clean: ({ site }) => site.vcenter.remove('set-aside', folders.templates),
  },
  {
    check: 'template',
    fault: 'a template of the name was made from another OVA',
    seed: ({ site }) =>
      site.vcenter.deploy(
        comingTemplate,
        `sealift-template: ${JSON.stringify({ version: 1, ova: 'f'.repeat(64), kubernetes: '1.36.4' })}`,
      ),
    expects: {
      state: 'block',
      object: comingTemplate,
      evidence: 'was made from another OVA',
      remedy: 'Rename or remove that template',
    },
    remedy: removed,
    done: 'the template is removed',
  },
  {
    check: 'template',
    fault: 'nothing in a VM of the name says which image it was made from',
    seed: ({ site }) => site.vcenter.deploy(comingTemplate, ''),
    expects: {
      state: 'block',
      object: comingTemplate,
      evidence: 'says which image it was made from',
      remedy: 'Remove it and let the upgrade make it',
    },
    remedy: removed,
    done: 'it is removed',
  },
  {
    check: 'template',
    fault: 'a VM that was deployed by hand runs',
    seed: ({ site }) =>
      site.vcenter.deploy(comingTemplate, 'Node image Ubuntu 22.04, Kubernetes 1.36.4.', { on: true }),
    expects: {
      state: 'block',
      object: comingTemplate,
      evidence: 'is powered on',
      remedy: 'Shut it down, or remove it',
    },
    remedy: ({ site }) => site.vcenter.govc('vm.power', '-off', '-force', `${folders.templates}/${comingTemplate}`),
    done: 'it is shut down',
    clean: removed,
  },
  {
    check: 'clone-room',
    fault: 'disks as large as the machine template asks for would not fit',
    seed: ({ site }) => diskOf(site, 1_000_000),
    expects: {
      state: 'warn',
      object: 'datastore LocalDS_0',
      evidence: /new machines of .*MachineDeployment md may take up to/,
      remedy: 'Free room there',
    },
    remedy: ({ site }) => diskOf(site, 1),
    done: 'machines are asked for with smaller disks',
  },
  {
    check: 'clone-room',
    fault: 'a machine template names a datastore that vCenter does not have',
    seed: ({ site }) => datastoreOf(site, 'gone'),
    expects: {
      state: 'warn',
      object: 'MachineDeployment md',
      evidence: 'vCenter has no datastore gone, or several',
      remedy: 'See in vCenter that there is room for these machines once more',
    },
    remedy: ({ site }) => datastoreOf(site, 'LocalDS_0'),
    done: 'it is looked up in vCenter, and the machine template names the one that is there',
  },
];

function diskOf({ sample }: PreflightSite['site'], diskGiB: number) {
  return sample.merge('VSphereMachineTemplate', 'md-old', { spec: { template: { spec: { diskGiB } } } });
}

function datastoreOf({ sample }: PreflightSite['site'], datastore: string) {
  return sample.merge('VSphereMachineTemplate', 'md-old', { spec: { template: { spec: { datastore } } } });
}
