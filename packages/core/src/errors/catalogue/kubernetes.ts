import { defineErrors } from '../definition.ts';

/** Failures of the talk with a Kubernetes API server. */
export const kubernetesErrors = defineErrors({
  KUBERNETES_CONFIG_INVALID: {
    message: 'there is no usable access to a Kubernetes cluster: {reason}',
    hint: 'Give a kubeconfig with --kubeconfig or in KUBECONFIG; `kubectl get nodes` with the same file must work.',
    status: 400,
    exit: 1,
    next: 'needs-a-person',
  },
  KUBERNETES_UNREACHABLE: {
    message: 'the Kubernetes API server cannot be reached: {reason}',
    hint: 'Check the network path to it and that the control plane is up, then run it again.',
    status: 502,
    exit: 1,
    next: 'retry',
  },
  KUBERNETES_UNAVAILABLE: {
    message: 'the Kubernetes API server takes no calls at the moment: {reason}',
    hint: 'It restarts, is overloaded, or has no etcd or webhook that answers; it was asked several times. Look at the control plane, then run it again.',
    status: 503,
    exit: 1,
    next: 'retry',
  },
  KUBERNETES_ANSWER_INVALID: {
    message: 'the Kubernetes API server gave an answer that cannot be used: {reason}',
    hint: 'Check that the server named in the kubeconfig is an API server and not a proxy or a sign-in page.',
    status: 502,
    exit: 1,
    next: 'needs-a-person',
  },
  KUBERNETES_REFUSED: {
    message: 'the Kubernetes API server refused to {verb} {object}: {reason}',
    hint: 'Where a right is missing, give it to the account of the kubeconfig; else correct what the reason names.',
    status: 502,
    exit: 1,
    next: 'needs-a-person',
  },
  KUBERNETES_CONFLICT: {
    message: '{object} was changed by somebody else in the meantime',
    hint: 'Run it again: it reads the object anew and goes on from there.',
    status: 409,
    exit: 1,
    next: 'retry',
  },
  KUBERNETES_KIND_UNKNOWN: {
    message: 'the cluster serves no kind {kind} of {apiVersion}',
    hint: 'Install the definition or the provider that brings the kind, or correct the apiVersion; `kubectl api-resources` lists what is served.',
    status: 422,
    exit: 1,
    next: 'needs-a-person',
  },
  KUBERNETES_API_INCOMPLETE: {
    message: "a part of the cluster's API does not answer: {parts}",
    hint: 'What it serves looks as if it were not there. `kubectl get apiservices` names the service behind it: mend or remove it, then run it again.',
    status: 503,
    exit: 1,
    next: 'wait',
  },
  KUBERNETES_FIELD_CONFLICT: {
    message: '{object} has fields that somebody else set and that would change: {owners}',
    hint: 'Ask their owner. Then give the field the value that it has, leave it out of the values, or agree that it is taken over.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  KUBERNETES_FIELDS_STALE: {
    message: '{object} cannot be applied, as its field managers name an API version that is gone: {reason}',
    hint: 'Rewrite the stored objects and field managers of its kind to a version that is served, then run it again.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  KUBERNETES_OBJECT_INVALID: {
    message: 'an object cannot be used: {reason}',
    hint: 'Correct the manifest or the values that it is made from, then run it again.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  KUBERNETES_TIMEOUT: {
    message: '{what} was not done within {seconds} s',
    hint: 'Look at the object and its pods with kubectl, mend what stops it, then run it again.',
    status: 504,
    exit: 1,
    next: 'wait',
  },
});
