import { SealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { localizedFault } from '../client/fault.ts';
import { integer, optional, raw, required, text } from '../xml/decode.ts';
import type { XmlElement } from '@sealift/io/xml/element';
import { managedObject } from '../xml/decode.ts';
import { only } from '../client/result.ts';
import type { SoapCall } from '../client/call.ts';
import type { Reference } from '../xml/reference.ts';
import { watch } from './watch.ts';

export interface TaskOptions {
  readonly cancel?: AbortSignal | undefined;
  /** Percent done, where the task tells. */
  readonly onProgress?: (percent: number) => void;
  /** How long it may take, in milliseconds. */
  readonly timeoutMs?: number;
}

const taskFields = {
  'info.state': required(text),
  'info.progress': optional(integer),
  'info.error': optional(raw),
  'info.result': optional(raw),
};

const defaultTimeoutMs = 15 * 60_000;

/**
 * Waits for a task's end. A task goes on at the server when the wait is cancelled.
 *
 * @returns its result, undefined where it has none
 * @throws what the task failed with, as VSPHERE_… by the type of the fault; VSPHERE_TIMEOUT, CANCELLED
 */
export async function waitForTask(
  client: VcenterClient,
  task: Reference,
  options: TaskOptions = {},
): Promise<XmlElement | undefined> {
  const { cancel, onProgress, timeoutMs = defaultTimeoutMs } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = cancel === undefined ? deadline : AbortSignal.any([cancel, deadline]);
  try {
    for await (const info of watch(client, task, taskFields, either)) {
      const error = info['info.error'];
      const progress = info['info.progress'];
      if (info['info.state'] === 'success') return info['info.result'];
      if (info['info.state'] === 'error') {
        throw error === undefined
          ? new SealiftError('VSPHERE_FAULT', { values: { fault: 'task', reason: 'it failed without saying why' } })
          : localizedFault(error, `${client.url.origin} ${task.value}`);
      }
      if (progress !== undefined) onProgress?.(progress);
    }
  } catch (error) {
    if (deadline.aborted && cancel?.aborted !== true) {
      const values = { what: `the task ${task.value}`, seconds: Math.round(timeoutMs / 1000) };
      throw new SealiftError('VSPHERE_TIMEOUT', { values, place: client.url.origin, cause: error });
    }
    throw error;
  }
  throw new SealiftError('VSPHERE_OBJECT_GONE', { values: { object: `Task:${task.value}` } });
}

/** Starts a method that returns a task (`…_Task`) and waits for its end. @throws as `call` and `waitForTask` */
export async function runTask(
  client: VcenterClient,
  call: Omit<SoapCall<unknown>, 'result'>,
  options: TaskOptions = {},
): Promise<XmlElement | undefined> {
  const { cancel } = options;
  const task = await client.call({ ...call, cancel, result: only(managedObject) });
  return await waitForTask(client, task, options);
}
