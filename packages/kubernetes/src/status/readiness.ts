import { z } from 'zod';
import { groupVersionOf, type KubeObject } from '../objects/object.ts';
import { claim, volume } from './kinds/claim.ts';
import { custom } from './kinds/custom.ts';
import { daemonSet } from './kinds/daemon-set.ts';
import { apiService, definition } from './kinds/definition.ts';
import { deployment } from './kinds/deployment.ts';
import { disruptionBudget } from './kinds/disruption-budget.ts';
import { job } from './kinds/job.ts';
import { namespace } from './kinds/namespace.ts';
import { node } from './kinds/node.ts';
import { pod } from './kinds/pod.ts';
import { replicaSet } from './kinds/replica-set.ts';
import { ingress, service } from './kinds/service.ts';
import { statefulSet } from './kinds/stateful-set.ts';
import { webhooks } from './kinds/webhooks.ts';
import { judge } from './read-part.ts';
import type { Related } from './related.ts';
import { progressing, type Readiness, ready } from './result.ts';
import { spoken } from './spoken.ts';
import { deletionAsked } from './times.ts';

export type { Readiness, ReadinessState } from './result.ts';
export type { Related } from './related.ts';

type Rule = (object: KubeObject, related: Related) => Readiness;

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['apps/Deployment', deployment],
  ['apps/DaemonSet', daemonSet],
  ['apps/StatefulSet', statefulSet],
  ['apps/ReplicaSet', replicaSet],
  ['/ReplicationController', replicaSet],
  ['batch/Job', job],
  // Its work is to make Jobs at times; it is complete when it is there.
  ['batch/CronJob', () => ready],
  ['/Pod', pod],
  ['/Node', node],
  ['/Namespace', namespace],
  ['/PersistentVolumeClaim', claim],
  ['/PersistentVolume', volume],
  ['/Service', service],
  ['networking.k8s.io/Ingress', ingress],
  ['apiextensions.k8s.io/CustomResourceDefinition', definition],
  ['apiregistration.k8s.io/APIService', apiService],
  ['admissionregistration.k8s.io/ValidatingWebhookConfiguration', webhooks],
  ['admissionregistration.k8s.io/MutatingWebhookConfiguration', webhooks],
  ['policy/PodDisruptionBudget', disruptionBudget],
]);

/** Kinds whose controllers write down which generation they have seen: without that number nothing was seen yet. */
const observed: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/DaemonSet',
  'apps/StatefulSet',
  'apps/ReplicaSet',
  '/ReplicationController',
  'policy/PodDisruptionBudget',
]);

/** Groups that are the API server's own. What they hold and no rule names is configuration: complete when it is there. */
const builtIn: ReadonlySet<string> = new Set([
  '',
  'admissionregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

const generationFields = z.object({ status: z.object({ observedGeneration: z.number().int().nullish() }).nullish() });

/**
 * Whether an object does what it was made for, and else what it waits for, by the rules of its kind. Nothing is judged by a status that was written about an
 * earlier generation, nothing is failed for having taken long, and what can't be told is `unknown`.
 *
 * @param related what stands around it, as far as it was read (`readRelated`); with its pods and events the reason goes down to the pod
 */
export function readiness(object: KubeObject, related: Related = {}): Readiness {
  const { group } = groupVersionOf(object.apiVersion);
  const kind = `${group}/${object.kind}`;
  const { deletionTimestamp, generation } = object.metadata;
  // A namespace says more about its own end.
  if (deletionTimestamp !== undefined && deletionTimestamp !== null && kind !== '/Namespace')
    return beingDeleted(object);
  return judge(object, generationFields, ({ status }) => {
    const seen = status?.observedGeneration ?? (observed.has(kind) ? 0 : undefined);
    if (seen !== undefined && seen !== generation) {
      const of = generation === undefined ? '' : ` of ${generation}`;
      return progressing(object, `waits for its controller, which has seen generation ${seen}${of}`);
    }
    const rule = rules.get(kind) ?? (builtIn.has(group) ? undefined : custom);
    return rule === undefined ? ready : rule(object, related);
  });
}

/** Whether an object of the kind is complete when it is there and not being deleted: its `metadata` says all that `readiness` asks. */
export function isReadyWhenThere({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  const { group } = groupVersionOf(apiVersion);
  return builtIn.has(group) && !rules.has(`${group}/${kind}`);
}

function beingDeleted(object: KubeObject): Readiness {
  const { finalizers = [] } = object.metadata;
  const since = deletionAsked(object.metadata);
  if (finalizers.length === 0) return progressing(object, 'is being deleted', { since });
  const names = spoken(finalizers.slice(0, 5).join(', '), 300);
  return progressing(object, `is being deleted and kept by ${names}`, {
    since,
    remedy: 'See that the controllers of these finalizers run.',
  });
}
