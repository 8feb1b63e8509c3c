import type { LayerPreview } from '@sealift/core/api';

/** What became of one path, as the API gives it. */
export type Decision = LayerPreview['decisions'][number];
/** A person's answer to one conflict. */
export type Resolution = LayerPreview['resolutions'][number];
/** Where in the document: keys, identities of list items, or indices. */
export type MergePath = Decision['path'];

/** Whether two paths name the same place. */
export function samePath(a: MergePath, b: MergePath): boolean {
  return pathKey(a) === pathKey(b);
}

/** A path as a string that only equal paths have. */
export function pathKey(path: MergePath): string {
  return JSON.stringify(path);
}

/** The resolutions without the one at `path`. */
export function withoutPath(resolutions: readonly Resolution[], path: MergePath): Resolution[] {
  return resolutions.filter((resolution) => !samePath(resolution.path, path));
}

/** A path for people: `controller.args[name=log].value`. */
export function pathText(path: readonly unknown[]): string {
  if (path.length === 0) return 'whole document';
  let text = '';
  for (const element of path) {
    if (typeof element === 'number') text += `[${element}]`;
    else if (typeof element === 'string') text += text === '' ? element : `.${element}`;
    else text += `[${identity(element)}]`;
  }
  return text;
}

function identity(element: unknown): string {
  if (typeof element !== 'object' || element === null) return String(element);
  return Object.entries(element)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(',');
}
