import { z } from 'zod';
import { fieldOf } from '../connection/answer.ts';
import { decode } from '../connection/decode.ts';
import { unusable } from '../connection/unusable.ts';
import { asObject, type KubeObject } from '../objects/object.ts';
import { failureOfStatus } from './failure.ts';

const line = z.object({ type: z.string().max(100), object: z.unknown() });
const bookmark = z.object({ metadata: z.object({ resourceVersion: z.string().min(1).max(1024) }) });

/** One line of a watch. */
export type WatchLine =
  | { readonly type: 'changed' | 'gone'; readonly object: KubeObject }
  | { readonly type: 'marked'; readonly resourceVersion: string };

/**
 * Reads one line of a watch (Kubernetes API concepts, "Efficient detection of changes").
 *
 * @throws KUBERNETES_ANSWER_INVALID where it is none; what an `ERROR` event says, such as Expired
 */
export function readLine(text: string, path: string): WatchLine {
  const { type, object } = decode(line, parse(text, path), path);
  if (type === 'ADDED' || type === 'MODIFIED') return { type: 'changed', object: asObject(object, path) };
  if (type === 'DELETED') return { type: 'gone', object: asObject(object, path) };
  if (type === 'BOOKMARK') {
    return { type: 'marked', resourceVersion: decode(bookmark, object, path).metadata.resourceVersion };
  }
  if (type === 'ERROR') {
    const code = fieldOf(object, 'code');
    throw failureOfStatus(
      { status: typeof code === 'number' ? code : 500, body: object, askedPauseMs: undefined },
      path,
    );
  }
  throw unusable(`an event of a watch is of the type ${JSON.stringify(type)}`, path);
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable('a line of a watch is no JSON', path, error);
  }
}
