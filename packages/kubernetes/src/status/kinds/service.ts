import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { declareIt, mayLack } from '../declared.ts';
import { latestEvent } from '../explain/event.ts';
import { judge, readAll } from '../read-part.ts';
import type { Related } from '../related.ts';
import { blocked, progressing, type Readiness, ready } from '../result.ts';

const addresses = z
  .object({ ingress: z.array(z.object({ ip: z.string().nullish(), hostname: z.string().nullish() })).nullish() })
  .nullish();
const status = z.object({ loadBalancer: addresses }).nullish();
const serviceFields = z.object({
  spec: z.object({ type: z.string().nullish(), loadBalancerClass: z.string().nullish() }),
  status,
});
const ingressFields = z.object({ spec: z.object({ ingressClassName: z.string().nullish() }).nullish(), status });
const ingressClass = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).nullish() }),
});

/** A Service is ready when it exists; of type LoadBalancer, when it has an address. */
export function service(object: KubeObject, related: Related): Readiness {
  return judge(object, serviceFields, ({ spec, status: seen }) => {
    if (spec.type !== 'LoadBalancer' || hasAddress(seen?.loadBalancer) || mayLack(object, 'address')) return ready;
    const event = latestEvent(related.events, object);
    const by = spec.loadBalancerClass ?? '';
    const what = `has no address from a load balancer yet${by === '' ? '' : ` (class ${by})`}`;
    return progressing(object, what, {
      impact: 'Nothing outside the cluster reaches it',
      reference: event?.message ?? null,
      remedy: 'Check that a load balancer controller runs and that its pool has a free address.',
    });
  });
}

/** An Ingress is ready when a controller has taken it, which it tells by an address. */
export function ingress(object: KubeObject, related: Related): Readiness {
  return judge(object, ingressFields, ({ spec, status: seen }) => {
    if (hasAddress(seen?.loadBalancer) || mayLack(object, 'address')) return ready;
    const name = spec?.ingressClassName ?? '';
    const classes = readAll(related.ingressClasses, ingressClass);
    if (
      name !== '' &&
      related.ingressClasses !== undefined &&
      classes.every(({ metadata }) => metadata.name !== name)
    ) {
      return blocked(
        object,
        `is of the class ${name}, which does not exist`,
        'Install the controller of that class, or name another class.',
      );
    }
    return progressing(object, 'has no address: no ingress controller has taken it yet', {
      impact: 'Its hosts are not served',
      remedy: `Check the controller of its class; where that publishes no addresses, ${declareIt('address')}.`,
    });
  });
}

function hasAddress(given: z.infer<typeof addresses>): boolean {
  return (given?.ingress ?? []).some(({ ip, hostname }) => (ip ?? '') !== '' || (hostname ?? '') !== '');
}
