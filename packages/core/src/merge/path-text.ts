import type { MergePath, PathElement } from './types.ts';

const plainKey = /^[A-Za-z_$][\w$/-]*$/;

/**
 * A path as people write it: `charts.calico.installation.ipPools[0].cidr`, `containers[name=app].image`; keys that hold
 * dots or other signs are quoted, `labels["app.kubernetes.io/name"]`. The whole document is `(document)`.
 */
export function pathText(path: MergePath): string {
  let text = '';
  for (const element of path) text += elementText(element, text === '');
  return text === '' ? '(document)' : text;
}

function elementText(element: PathElement, first: boolean): string {
  if (typeof element === 'number') return `[${element}]`;
  if (typeof element === 'string') {
    if (plainKey.test(element)) return first ? element : `.${element}`;
    return `[${JSON.stringify(element)}]`;
  }
  const parts = Object.entries(element).map(([key, value]) => `${key}=${scalarText(value)}`);
  return `[${parts.join(',')}]`;
}

function scalarText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The path as a key for lookups: equal paths, equal text, whatever the order inside an identity. */
export function pathKey(path: MergePath): string {
  return JSON.stringify(
    path.map((element) =>
      typeof element === 'object' ? Object.entries(element).sort(([a], [b]) => (a < b ? -1 : 1)) : element,
    ),
  );
}
