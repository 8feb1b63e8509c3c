/** A managed object of vCenter (vSphere Web Services API, `ManagedObjectReference`). */
export interface Reference<Type extends string = string> {
  readonly type: Type;
  /** Unique within one vCenter, such as `vm-42`. */
  readonly value: string;
}

/** Whether two references name the same object of one vCenter. */
export function sameReference(one: Reference, other: Reference): boolean {
  return one.type === other.type && one.value === other.value;
}

/** A reference in one line, `type:value`, for messages and as a key. */
export function printReference({ type, value }: Reference): string {
  return `${type}:${value}`;
}
