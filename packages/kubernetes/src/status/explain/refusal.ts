import type { KubeObject } from '../../objects/object.ts';
import { blocked, type Known, type Readiness } from '../result.ts';
import { spoken } from '../spoken.ts';

/** Why the API server did not let a pod be made, by its own words, and what helps. */
const causes: readonly (readonly [words: RegExp, what: string, remedy: string])[] = [
  [
    /exceeded quota|failed quota/i,
    'a quota of its namespace',
    'Raise the ResourceQuota that the message names, or ask for less.',
  ],
  [
    /violates PodSecurity/i,
    'the Pod Security level of its namespace',
    'Correct the security context of its pods, or the level of the namespace.',
  ],
  [
    /failed calling webhook/i,
    'an admission webhook that does not answer',
    'Look at the pods of the webhook that the message names; its configuration refuses everything until they answer.',
  ],
  [
    /admission webhook|denied the request/i,
    'an admission webhook',
    'Correct what the webhook that the message names objects to.',
  ],
  [
    /serviceaccount.*not found/i,
    'a ServiceAccount that does not exist',
    'Make the ServiceAccount that the message names.',
  ],
  [
    /priorityclass|PriorityClass/i,
    'a PriorityClass that does not exist',
    'Make the PriorityClass that the message names.',
  ],
  [
    /limitrange|(?:maximum|minimum) (?:cpu|memory)/i,
    'a limit of its namespace',
    'Correct what its pods ask for, or the LimitRange.',
  ],
];

/** An object whose pods are refused. */
export function refusal(object: KubeObject, message: string, known: Known): Readiness {
  const cause = causes.find(([words]) => words.test(message));
  const what = `can't make its pods: ${cause === undefined ? 'the API server refuses them' : `${cause[1]} refuses them`}`;
  const remedy = cause?.[2] ?? 'Correct what the message names; it is tried again by itself.';
  return blocked(object, what, remedy, { ...known, reference: spoken(message) });
}
