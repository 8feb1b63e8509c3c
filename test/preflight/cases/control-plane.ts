import type { FaultCase } from '../fault-case.ts';
import type { PreflightSite } from '../site/preflight-site.ts';

const well = ({ site }: PreflightSite) => site.controlPlaneSays({});
const pausedAnnotation = 'cluster.x-k8s.io/paused';

/** What Cluster API says of the control plane, and of what rolls machines. */
export const controlPlaneCases: readonly FaultCase[] = [
  {
    check: 'control-plane-healthy',
    fault: 'a member of etcd is not healthy',
    seed: ({ site }) =>
      site.controlPlaneSays({ EtcdClusterHealthy: { status: 'False', message: 'member cp-2 is unreachable' } }),
    expects: {
      state: 'block',
      object: 'c1-cp',
      evidence: /etcd of c1-cp: not healthy since .*: member cp-2 is unreachable/,
      remedy: 'See the conditions of KubeadmControlPlane c1-cp and of its Machines',
      also: ['rollouts-settled'],
    },
    remedy: well,
    done: 'the member is brought back',
  },
  {
    check: 'control-plane-healthy',
    fault: 'nobody knows how the components of the control plane are',
    seed: ({ site }) =>
      site.controlPlaneSays({
        ControlPlaneComponentsHealthy: { status: 'Unknown', message: 'Machine cp-1: no answer of its kubelet' },
      }),
    expects: {
      state: 'unknown',
      object: 'c1-cp',
      evidence: /components of c1-cp: not known since .*: Machine cp-1/,
      remedy: 'See the conditions of KubeadmControlPlane c1-cp',
      also: ['rollouts-settled'],
    },
    remedy: well,
    done: 'the machine answers again',
  },
  {
    check: 'control-plane-healthy',
    fault: 'the controller of the control plane does not take a change up',
    seed: ({ site }) => site.sample.merge('KubeadmControlPlane', 'c1-cp', { spec: { remediation: { maxRetry: 3 } } }),
    expects: {
      state: 'block',
      object: 'KubeadmControlPlane c1-cp',
      evidence: 'its controller has not taken that up',
      remedy: 'Look at the log of the kubeadm control-plane provider',
      also: ['rollouts-settled'],
    },
    remedy: well,
    done: 'the provider finds what it was asked for, and takes the change up',
  },
  {
    check: 'control-plane-healthy',
    fault: 'a machine of the control plane is missing',
    seed: ({ site }) => site.removeMachine('cp-3'),
    expects: {
      state: 'block',
      object: 'c1-cp',
      evidence: 'wants 3 machines and has 2',
      remedy: 'Wait until it has them',
      also: ['rollouts-settled'],
    },
    remedy: ({ site }) => site.addMachines(['cp-3']),
    done: 'the machine comes',
  },
  {
    check: 'cluster-not-paused',
    fault: 'the Cluster is paused',
    seed: ({ site }) => site.sample.merge('Cluster', 'c1', { spec: { paused: true } }),
    expects: { state: 'block', object: 'Cluster c1', evidence: 'Paused', remedy: 'set spec.paused to false' },
    remedy: ({ site }) => site.sample.merge('Cluster', 'c1', { spec: { paused: false } }),
    done: '`spec.paused` is set to false',
  },
  {
    check: 'cluster-not-paused',
    fault: 'what rolls the workers is paused by an annotation',
    seed: ({ site }) =>
      site.sample.merge('MachineDeployment', 'md', { metadata: { annotations: { [pausedAnnotation]: 'true' } } }),
    expects: {
      state: 'block',
      object: 'MachineDeployment md',
      evidence: 'Paused',
      remedy: `take away the annotation ${pausedAnnotation}`,
    },
    remedy: ({ site }) =>
      site.sample.merge('MachineDeployment', 'md', { metadata: { annotations: { [pausedAnnotation]: null } } }),
    done: 'the annotation is taken away',
  },
  {
    check: 'rollouts-settled',
    fault: 'a worker is to come that is not there yet',
    async seed({ site }) {
      await site.sample.merge('MachineDeployment', 'md', { spec: { replicas: 3 } });
      await site.sample.status('MachineDeployment', 'md', {});
    },
    expects: {
      state: 'block',
      object: 'MachineDeployment md',
      evidence: 'is not settled yet',
      remedy: 'Wait until the rollout has finished',
    },
    remedy: ({ site }) => site.addMachines(['md-3']),
    done: 'the machine comes',
    async clean({ site }) {
      await site.sample.merge('MachineDeployment', 'md', { spec: { replicas: 2 } });
      await site.sample.status('MachineDeployment', 'md', {});
      await site.removeMachine('md-3');
    },
  },
];
