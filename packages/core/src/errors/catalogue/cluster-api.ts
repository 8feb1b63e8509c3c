import { defineErrors } from '../definition.ts';

/** Failures of rolling the nodes of a cluster through Cluster API. */
export const clusterApiErrors = defineErrors({
  CLUSTER_API_UNSERVED: {
    message: 'the cluster serves {group} {found}; Sealift speaks {understood}',
    hint: 'Give the kubeconfig of the cluster that Cluster API runs on, or update Cluster API and its providers there.',
    status: 422,
    exit: 1,
    next: 'needs-a-person',
  },
  CLUSTER_NOT_CHOSEN: {
    message: 'it is not clear which Cluster is meant: {reason}',
    hint: 'Name the namespace and the name of the Cluster in the settings of the site; `kubectl get clusters -A` lists them.',
    status: 422,
    exit: 1,
    next: 'needs-a-person',
  },
  CLUSTER_CLASS_MANAGED: {
    message:
      'the Cluster {cluster} is managed by the ClusterClass {class}, which decides on versions and templates itself',
    hint: 'Roll its nodes by its topology (spec.topology.version and the variables of its class), then resume the upgrade: what is as planned already is not done again.',
    status: 422,
    exit: 1,
    next: 'needs-a-person',
  },
  CONTROL_PLANE_OTHER_KIND: {
    message: 'the control plane of the Cluster {cluster} is of the kind {kind}; Sealift rolls a KubeadmControlPlane',
    hint: 'Check spec.controlPlaneRef of the Cluster.',
    status: 422,
    exit: 1,
    next: 'needs-a-person',
  },
  KUBERNETES_DOWNGRADE: {
    message: '{owner} is asked to run Kubernetes {from}, and {to} is older',
    hint: 'Kubernetes does not go back in place, although Cluster API would try it. Restore the backup, or choose a release with a newer Kubernetes.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  KUBERNETES_MINOR_SKIPPED: {
    message: '{owner} runs Kubernetes {from}, and to {to} is too far in one step',
    hint: 'A control plane goes one minor version at a time, and nodes may be at most three behind it. Go by way of a release in between.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  WORKERS_BEFORE_CONTROL_PLANE: {
    message: '{owner} is to run Kubernetes {to}, and the control plane still runs {from}',
    hint: 'Roll the control plane first: nodes must not be newer than their API servers.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  NODE_TEMPLATE_MISSING: {
    message: 'there is no template {path} in vCenter',
    hint: 'Import it with `sealift vsphere import-template`; an upgrade that waits for it goes on by itself. Nothing was asked of Cluster API.',
    status: 409,
    exit: 1,
    next: 'wait',
  },
  NODE_TEMPLATE_OTHER: {
    message: 'the template {path} in vCenter holds Kubernetes {found}, and {expected} is wanted',
    hint: 'Rename or remove that template and import the right one; an upgrade that waits for it goes on by itself. Nothing was asked of Cluster API.',
    status: 409,
    exit: 2,
    next: 'wait',
  },
  NODE_TEMPLATE_UNFINISHED: {
    message: '{path} in vCenter is no template yet: it is not marked as one, or has no snapshot, or is powered on',
    hint: 'Finish it with `sealift vsphere templates --fix`; an upgrade that waits for it goes on by itself. Nothing was asked of Cluster API.',
    status: 409,
    exit: 1,
    next: 'wait',
  },
  MACHINE_TEMPLATE_MISSING: {
    message: '{owner} is made from the machine template {name}, which is not there',
    hint: 'Make it again, or let the owner name one that is there; Sealift copies the one in use for the new version.',
    status: 409,
    exit: 1,
    next: 'wait',
  },
  MACHINE_TEMPLATE_OTHER_KIND: {
    message: 'machines are made from the {kind} {name}; Sealift knows only VSphereMachineTemplate',
    hint: 'Check the infrastructureRef of the KubeadmControlPlane and of the MachineDeployments.',
    status: 422,
    exit: 1,
    next: 'needs-a-person',
  },
  MACHINE_TEMPLATE_TAKEN: {
    message: '{name} is there already with another content, or is being deleted',
    hint: 'Remove it if nothing refers to it, then resume the upgrade.',
    status: 409,
    exit: 2,
    next: 'needs-a-person',
  },
  ROLLOUT_FAILED: {
    message: 'the rollout of the {group} has failed: {reason}',
    hint: '{remedy}',
    status: 409,
    exit: 2,
    next: 'needs-a-person',
  },
});
