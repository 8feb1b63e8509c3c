import type { KubeObject, ManagedField } from '../objects/object.ts';
import { fieldPaths } from './field-paths.ts';

/** Somebody who set a field, as the API server remembers it (`metadata.managedFields`). */
export interface FieldOwner {
  /** Such as `kubectl-edit`, `helm`, `horizontal-pod-autoscaler`. */
  readonly manager: string;
  /** `Apply` or `Update`. */
  readonly operation: string;
  /** Such as `scale`, where it was set through one. */
  readonly subresource?: string | undefined;
  /** `.spec.replicas` */
  readonly field: string;
  /** When that manager last changed what it owns in the object; null where the server does not say. */
  readonly since: string | null;
}

/** For a person: `.spec.replicas of hpa (Update through scale, since 2026-11-28T20:25:51Z)`. */
export function ownerText({ manager, operation, subresource, field, since }: FieldOwner): string {
  const through = subresource === undefined ? '' : ` through ${subresource}`;
  return `${field} of ${manager} (${operation}${through}${since === null ? '' : `, since ${since}`})`;
}

/** Finds who owns fields of one object. */
export class FieldOwners {
  readonly #entries: readonly { readonly entry: ManagedField; readonly paths: ReadonlySet<string> }[];

  constructor(object: KubeObject | undefined) {
    this.#entries = (object?.metadata.managedFields ?? []).map((entry) => ({
      entry,
      paths: fieldPaths(entry.fieldsV1),
    }));
  }

  /** All that own a field itself, or the nearest thing above it that somebody owns as a whole. */
  of(field: string): readonly FieldOwner[] {
    for (let at = field; at !== ''; at = parentOf(at)) {
      const owners = this.#entries.filter(({ paths }) => paths.has(at));
      if (owners.length > 0) return owners.map(({ entry }) => asOwner(entry, field));
    }
    return [];
  }
}

function asOwner(
  { manager = 'unknown', operation = 'Update', subresource, time }: ManagedField,
  field: string,
): FieldOwner {
  const through = subresource === undefined || subresource === '' ? {} : { subresource };
  return { manager, operation, ...through, field, since: time ?? null };
}

/** Without its last element; names may hold dots, so that it may take more than one step to a field's parent. */
function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['), 0));
}
