import type { Blocker, BlockerStage } from './stage.ts';

const webhooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/** Peers that do not answer: each stops whatever step runs. */
export const outages = {
  vcenter: ({ site }: BlockerStage): Blocker => ({
    name: 'vCenter 503',
    begin: () => site.vcenter.fault({ method: '*', status: 503, count: 10_000 }),
    named: { kind: 'vCenter', name: new URL(site.vcenter.url).host },
    end: () => site.vcenter.clearFaults(),
  }),

  apiServer: (stage: BlockerStage): Blocker => ({
    name: 'API server away',
    begin: async () => (stage.lineCut = true),
    named: { kind: 'APIServer', name: 'localhost' },
    end: async () => (stage.lineCut = false),
  }),

  /** @param resource that it judges, such as `machinedeployments` */
  webhook: ({ management }: BlockerStage, resource: string, meanwhile: () => Promise<unknown>): Blocker => ({
    name: 'webhook down',
    async begin() {
      const rule = { apiGroups: ['*'], apiVersions: ['*'], operations: ['UPDATE'], resources: [resource] };
      const webhook = {
        name: 'down.example.com',
        clientConfig: { url: 'https://127.0.0.1:1/' },
        rules: [rule],
        // Its controllers would write all the time.
        matchConditions: [{ name: 'ours', expression: '!request.userInfo.username.startsWith("system:")' }],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      };
      await management.create(webhooks, { metadata: { name: 'down' }, webhooks: [webhook] });
      await meanwhile();
    },
    named: { kind: 'Webhook', name: 'down.example.com' },
    end: () => management.delete(`${webhooks}/down`),
  }),
};
