import type { StepDefinition } from './step.ts';

/** Upgrades the Cluster API providers, before they are asked for machines of a newer Kubernetes. */
export const providers: StepDefinition<'cluster-api-providers'> = {
  forward: {
    intent: ({ step: { target } }) => ({ ...target, components: { ...target.components } }),
    async observe({ ports, step: { target }, cancel }) {
      const { core, kubeadm, vsphere, components } = target;
      const { digest, wait, complete, notes } = await ports.providers.status(cancel);
      const named = `Cluster API ${core}, kubeadm ${kubeadm}, vSphere ${vsphere}`;
      if (digest !== components.digest) return { state: 'act', message: `Asking for the providers ${named}` };
      if (wait !== null) return { state: 'wait', wait, fraction: 0.5 };
      if (!complete) return { state: 'act', message: 'Storing what the providers keep in the version of the new ones' };
      const evidence = { core, kubeadm, vsphere, digest, notes: [...notes] };
      return { state: 'done', message: `The providers run: ${named}`, evidence };
    },
    act: ({ ports, step: { target }, cancel }) => ports.providers.apply(target, cancel),
  },
};
