import type { KubeObject } from '@sealift/kubernetes/object';
import { type Place, valueAt, withValue } from './places.ts';
import { filledIn, hasVariable } from './variables.ts';

/** An object without variables. */
export interface FilledObject {
  readonly object: KubeObject;
  /** Where the running object's value stays. */
  readonly kept: readonly string[];
  /** Variables that have no value. */
  readonly open: readonly string[];
}

const maxDepth = 60;

/**
 * Gives every variable of an object the value that the running object has in its place, else the variable's default. What a Secret is given as
 * `stringData` is kept as `data`, where the server has put it.
 */
export function fillIn(coming: KubeObject, live: KubeObject | undefined): FilledObject {
  let object = coming;
  const kept: string[] = [];
  const open: string[] = [];
  const visit = (value: unknown, running: unknown, place: Place): void => {
    if (typeof value === 'string') {
      if (!hasVariable(value)) return;
      const field = `.${place.join('.')}`;
      if (place[0] === 'stringData' && place.length === 2) {
        const data = valueAt(live, ['data', ...place.slice(1)]);
        if (typeof data === 'string') {
          object = withValue(withValue(object, place, undefined), ['data', ...place.slice(1)], data);
          kept.push(field);
          return;
        }
      }
      if (typeof running === 'string') {
        object = withValue(object, place, running);
        kept.push(field);
        return;
      }
      const filled = filledIn(value);
      object = withValue(object, place, filled.text);
      if (filled.open !== undefined) open.push(`${filled.open} at ${field}`);
      return;
    }
    if (typeof value !== 'object' || value === null || place.length > maxDepth) return;
    for (const [key, inner] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      visit(inner, counterpart(running, key, inner), [...place, key]);
    }
  };
  visit(coming, live, []);
  return { object, kept, open };
}

/** Items of lists by their names, where they have some. */
function counterpart(running: unknown, key: string | number, coming: unknown): unknown {
  if (!Array.isArray(running)) return valueAt(running, [key]);
  const name = valueAt(coming, ['name']);
  const isNamed = typeof name === 'string';
  return isNamed ? running.find((item: unknown) => valueAt(item, ['name']) === name) : valueAt(running, [key]);
}
