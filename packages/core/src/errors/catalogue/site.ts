import { defineErrors } from '../definition.ts';

/** Failures of the settings that lead to a site, and of what keeps their secrets. */
export const siteErrors = defineErrors({
  SITE_SETTINGS_REFUSED: {
    message: 'these settings do not lead to the site, and nothing was stored: {reason}',
    hint: 'Correct what each failed look names, then save again.',
    status: 422,
    exit: 1,
    next: 'needs-a-person',
  },
  SITE_SETTINGS_FIXED: {
    message: 'the settings of the site cannot be changed here: {reason}',
    hint: 'Start the console with other options, or without them to give the settings here.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  SITE_SETTINGS_CHANGED: {
    message: 'somebody else has changed the settings of the site meanwhile',
    hint: 'Load the page again, look at what is there now, and make the change once more.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  SITE_LOOK_TIMEOUT: {
    message: 'there was no answer within {seconds} s: {what}',
    hint: 'Check that the network lets the machine of the console reach it, and that the other side is not overloaded; then try again.',
    status: 504,
    exit: 1,
    next: 'retry',
  },
  SITE_CLUSTERS_APART: {
    message: 'none of the {count} nodes of {cluster} is a node of the enterprise cluster',
    hint: 'Give the kubeconfigs of one cluster: its own, and that of the Cluster API that makes its machines.',
    status: 422,
    exit: 1,
    next: 'needs-a-person',
  },
  // An upgrade waits for the right key, which is read anew each time, and goes on.
  SECRET_KEY_INVALID: {
    message: '{path} is no key for the secrets of the console: {reason}',
    hint: 'Give a file with 32 random bytes in Base64 that others cannot read: (umask 077; openssl rand -base64 32 > FILE).',
    status: 500,
    exit: 1,
    next: 'wait',
  },
  SECRET_KEY_OTHER: {
    message: 'the stored secrets of the site cannot be read with the key in {path}: {reason}',
    hint: 'Start every console of this database with the same file as --secret-key-file. Where the key is lost, give the settings of the site again, with password and kubeconfigs.',
    status: 500,
    exit: 1,
    next: 'wait',
  },
  CLUSTER_SIMULATED: {
    message: 'the cluster is a simulated one: it has no {what}',
    hint: 'Connect the console to a real cluster: under Administration, Site Settings, or with the options of `sealift server run`.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  ETCD_SNAPSHOT_FAILED: {
    message: 'no snapshot of etcd was taken: {reason}',
    hint: 'Take one on a machine of the control plane with `etcdctl snapshot save`. Here it needs members that kubeadm runs with their JSON gateway on, the Secret <cluster>-etcd of Cluster API with its key, and leave to read it and to forward ports of pods in kube-system.',
    status: 502,
    exit: 1,
    next: 'needs-a-person',
  },
  REHEARSAL_SNAPSHOT_UNUSABLE: {
    message: 'the etcd snapshot {path} cannot be used: {reason}',
    hint: "Take one with `etcdctl snapshot save` from a member of the cluster's etcd, whole and unchanged; the database file of a running member is none. The etcdutl given must be of the cluster's etcd version or a newer one.",
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  REHEARSAL_PROGRAM_FAILED: {
    message: '{program} could not do its part: {reason}',
    hint: "Give executables for this machine: kube-apiserver of the running version and of one that is at most a minor away, etcd and etcdutl of the cluster's etcd version. Nothing of the cluster was touched.",
    status: 422,
    exit: 1,
    next: 'needs-a-person',
  },
  REHEARSAL_FOLDER_UNFIT: {
    message: 'the folder {folder} cannot hold the copies that a rehearsal makes: {reason}',
    hint: 'Make room there, or name another folder for temporary files with TMPDIR.',
    status: 507,
    exit: 1,
    next: 'needs-a-person',
  },
  REHEARSAL_TOO_LONG: {
    message: 'the rehearsal did not come to an end in {minutes} minutes, and was ended',
    hint: 'Run it on a machine that is less busy; nothing of the cluster was touched, and nothing was left running.',
    status: 504,
    exit: 1,
    next: 'retry',
  },
});
