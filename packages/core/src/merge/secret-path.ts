import { hideSecrets } from '../secret/secret-spans.ts';
import { type KeyMeaning, memberMeaning } from '../secret/secret-key.ts';
import { mask } from '../secret/mask.ts';
import type { MergePath, PathElement } from './types.ts';

/**
 * What a path says of the value there: the nearest key that says anything (`adminPassword`, `imagePullSecrets`), a `value` in the item
 * that a name identifies, or the pack's schema.
 *
 * @param declared dotted paths that the pack's schema names as passwords; `*` stands for an identified item
 */
export function pathMeaning(path: MergePath, declared: readonly string[] = []): KeyMeaning | undefined {
  if (isDeclared(path, declared)) return 'secret';
  let meaning: KeyMeaning | undefined;
  for (const [index, element] of path.entries()) {
    if (typeof element !== 'string') continue;
    const above = path[index - 1];
    const siblingText = (key: string): string | undefined => {
      const text = typeof above === 'object' ? above[key] : undefined;
      return typeof text === 'string' ? text : undefined;
    };
    meaning = memberMeaning(element, siblingText) ?? meaning;
  }
  return meaning;
}

/** Whether what stands at a path is a secret. */
export function isSecretPath(path: MergePath, declared: readonly string[] = []): boolean {
  return pathMeaning(path, declared) === 'secret';
}

/** The path for screens and logs: an item of a list can be named by its own value. */
export function maskPath(path: MergePath, declared: readonly string[] = []): MergePath {
  return path.map((element, index) => maskElement(element, isSecretPath(path.slice(0, index), declared)));
}

function maskElement(element: PathElement, secret: boolean): PathElement {
  if (typeof element !== 'object') return element;
  const entries = Object.entries(element).map(([key, value]) => {
    if (typeof value !== 'string' && typeof value !== 'number') return [key, value];
    return [key, secret && key === 'value' ? mask : typeof value === 'string' ? hideSecrets(value) : value];
  });
  return Object.fromEntries(entries);
}

/** Whether the pack’s schema names a path, or one above it, as a password. */
export function isDeclared(path: MergePath, declared: readonly string[]): boolean {
  if (declared.length === 0) return false;
  // The first number of a path may be the document's.
  const paths = typeof path[0] === 'number' ? [path, path.slice(1)] : [path];
  const dotted = paths.flatMap((one) => [
    one.map((element) => (typeof element === 'object' ? '*' : String(element))).join('.'),
    one.map((element) => (typeof element === 'string' ? element : '*')).join('.'),
  ]);
  return declared.some((name) => dotted.some((one) => one === name || one.startsWith(`${name}.`)));
}
