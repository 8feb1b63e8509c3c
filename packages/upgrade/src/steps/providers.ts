import type { StepDefinition } from './step.ts';

/** Upgrades the Cluster API providers, before they are asked for machines of a newer Kubernetes. */
export const providers: StepDefinition<'cluster-api-providers'> = {
  forward: {
    intent: ({ step: { target } }) => ({ ...target, components: { ...target.components } }),
    async observe({ ports, step: { target }, cancel }) {
      const { core, kubeadm, vsphere, components } = target;
      const { digest, wait } = await ports.providers.status(cancel);
      const named = `Cluster API ${core}, kubeadm ${kubeadm}, vSphere ${vsphere}`;
      if (digest !== components.digest) return { state: 'act', message: `Asking for the providers ${named}` };
      if (wait !== null) return { state: 'wait', wait, fraction: 0.5 };
      return { state: 'done', message: `The providers run: ${named}`, evidence: { core, kubeadm, vsphere, digest } };
    },
    act: ({ ports, step: { target }, cancel }) => ports.providers.apply(target, cancel),
  },
};
