import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { type Known, placeOf } from '../result.ts';
import { spoken } from '../spoken.ts';
import { timeOf } from '../times.ts';
import { latestEvent } from './event.ts';
import { pullRemedy, registryOf } from './image.ts';

const terminated = z.object({
  exitCode: z.number().int(),
  signal: z.number().int().nullish(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  finishedAt: z.string().nullish(),
});
export const containerStatus = z.object({
  name: z.string(),
  image: z.string().nullish(),
  ready: z.boolean().nullish(),
  started: z.boolean().nullish(),
  restartCount: z.number().int().nullish(),
  state: z
    .object({
      waiting: z.object({ reason: z.string().nullish(), message: z.string().nullish() }).nullish(),
      running: z.object({ startedAt: z.string().nullish() }).nullish(),
      terminated: terminated.nullish(),
    })
    .nullish(),
  lastState: z.object({ terminated: terminated.nullish() }).nullish(),
});
export type ContainerStatus = z.infer<typeof containerStatus>;

/** A container as its pod asks for it. */
export interface Declared {
  readonly image: string;
  /** The pod's containers start when it has ended. */
  readonly isInit: boolean;
}

/** What is wrong with a container. */
export interface Fault {
  readonly what: string;
  readonly known: Known;
}

const pulling: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
const starting: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
  'PreCreateHookError',
  'PreStartHookError',
  'PostStartHookError',
]);

/** Why a container does not run or is not ready; undefined where nothing is wrong that can be seen. */
export function faultOf(
  pod: KubeObject,
  status: ContainerStatus,
  { image, isInit }: Declared,
  events: readonly KubeObject[] | undefined,
): Fault | undefined {
  const reason = status.state?.waiting?.reason ?? '';
  const message = spoken(status.state?.waiting?.message ?? '');
  if (pulling.has(reason)) return pullFault(pod, status, reason, image, message, events);
  if (starting.has(reason)) {
    return {
      what: `can't start its container ${status.name}: ${reason}`,
      known: {
        level: 'blocked',
        reference: orNull(message),
        remedy: 'Make or correct what the message names, such as a Secret or ConfigMap.',
      },
    };
  }
  const ended = status.state?.terminated ?? status.lastState?.terminated ?? undefined;
  if (reason === 'CrashLoopBackOff' || isFailure(status.state?.terminated)) return crash(pod, status, ended, events);
  if (status.state?.running && status.ready !== true) return isInit ? runs(status) : probeFault(pod, status, events);
  return undefined;
}

function pullFault(
  pod: KubeObject,
  { name }: ContainerStatus,
  reason: string,
  image: string,
  message: string,
  events: readonly KubeObject[] | undefined,
): Fault {
  const event = latestEvent(events, pod, ['Failed', 'InspectFailed', 'ErrImageNeverPull']);
  // The state of a back-off may only say that it backs off; the event then has the registry's words.
  const words = event !== undefined && event.message.includes(image) ? event.message : message;
  const shown = spoken(image, 300);
  const noPull = reason === 'ErrImageNeverPull';
  const remedy = noPull ? 'Bring the image to the node, or let it be pulled (imagePullPolicy).' : pullRemedy(words);
  const invalid = reason === 'InvalidImageName';
  return {
    what: invalid
      ? `has an image that is no image's name: ${shown} (container ${name})`
      : `can't get the image ${shown} of its container ${name} from ${registryOf(shown)}: ${reason}`,
    known: {
      level: 'blocked',
      ...(event?.since === undefined || event.since === null ? {} : { since: event.since }),
      reference: orNull(words),
      remedy: invalid ? 'Correct the name of the image in the values.' : remedy,
    },
  };
}

function isFailure(ended: z.infer<typeof terminated> | null | undefined): boolean {
  return ended !== null && ended !== undefined && ended.exitCode !== 0;
}

function crash(
  pod: KubeObject,
  { name, restartCount }: ContainerStatus,
  ended: z.infer<typeof terminated> | undefined,
  events: readonly KubeObject[] | undefined,
): Fault {
  const times = restartCount ?? 0;
  const { exitCode, reason, message, finishedAt } = ended ?? {};
  const isOut = reason === 'OOMKilled';
  const how = exitCode === undefined ? '' : ` with exit code ${exitCode}${isOut ? ' (out of memory)' : ''}`;
  const killed = latestEvent(events, pod, ['Unhealthy']);
  const byProbe = exitCode === 137 && !isOut && /liveness|startup/i.test(killed?.message ?? '');
  const last = spoken(message ?? '');
  return {
    what:
      times === 0
        ? `has a container that failed: ${name} ended${how}`
        : `has a container that ends again and again: ${name} ended${how}, and was started anew ${times} times`,
    known: {
      // It is started anew for ever, so it may yet come up: what it waits for may appear.
      level: 'stalled',
      since: timeOf(finishedAt),
      reference: orNull(byProbe ? (killed?.message ?? '') : last),
      remedy: crashRemedy(pod, name, isOut, byProbe),
    },
  };
}

function crashRemedy(
  { metadata: { namespace = 'default', name } }: KubeObject,
  container: string,
  isOut: boolean,
  byProbe: boolean,
): string {
  const read = `\`kubectl logs -n ${namespace} ${name} -c ${container} --previous\``;
  if (isOut) return `Raise its memory limit, or find out with ${read} what takes the memory.`;
  if (byProbe) return `Its own probe ends it: see with ${read} what makes it slow, or give the probe more time.`;
  return `Read with ${read} why it ends, and mend that.`;
}

function runs({ name, state }: ContainerStatus): Fault {
  return {
    what: `waits for its init container ${name}, which runs`,
    known: { since: timeOf(state?.running?.startedAt) },
  };
}

function probeFault(
  pod: KubeObject,
  { name, started, state }: ContainerStatus,
  events: readonly KubeObject[] | undefined,
): Fault {
  const event = latestEvent(events, pod, ['Unhealthy', 'ProbeError']);
  const since = timeOf(state?.running?.startedAt);
  const what =
    started === false
      ? `has a container that is still starting: ${name}`
      : `has a container that is not ready: ${name}`;
  if (event === undefined) return { what, known: { since } };
  return {
    what: `${what}, as its probe fails`,
    known: {
      since: event.since ?? since,
      reference: event.message,
      remedy: `Read what ${placeOf(pod)} writes: its probe says no.`,
    },
  };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
