import { CoveredText } from '../merge/macros.ts';
import type { Pack } from '../pack/pack-json.ts';
import { quantityOf } from '../release/declared/quantity.ts';
import { DocumentError } from '../schema/document-error.ts';
import { readYamlDocument } from '../schema/yaml-document.ts';

/** The nodes on which room is asked for; `any`: those to which pods come without tolerating anything. */
export type RoomPlace = 'any' | 'control-plane' | 'worker';

/** Room that a pack asks of the cluster, which is not used by what runs of it already. */
export interface PackRoom {
  readonly pack: string;
  readonly version: string;
  readonly type: 'cpu' | 'memory' | 'diskSize';
  readonly on: RoomPlace;
  /** Cores, or bytes. */
  readonly amount: number;
}

type Resource = NonNullable<NonNullable<NonNullable<Pack['constraints']>['resources']>>[number];

/** A pack and the values that it is applied with. */
export interface PackWithValues {
  readonly pack: Pack;
  readonly values: string;
}

/** What one of each `type` comes to (`constraints.resources[].minLimit`): thousandths of a core, Mi, GB. */
const units = { cpu: 1e-3, memory: 2 ** 20, diskSize: 1e9 } as const;
const maxValuesLength = 10_000_000;
/** A thousandth of a unit: sums of parts of it are no reason. */
const nothing = 1e-3;

/**
 * What a layer needs more than it has now: for a pack that is new all of it.
 *
 * @param now what runs; undefined where there is no such layer yet, or nothing is known of it
 */
export function roomNeeded(next: PackWithValues, now: PackWithValues | undefined): readonly PackRoom[] {
  const had = now === undefined ? [] : roomOf(now);
  return roomOf(next).flatMap((room) => {
    const before = had.find(({ type, on }) => type === room.type && on === room.on)?.amount ?? 0;
    return room.amount - before <= nothing ? [] : [{ ...room, amount: room.amount - before }];
  });
}

/**
 * What a pack asks for: what its components request by the values (a quantity at `resourceRequestParamRef`, times the number at `replicaCountParamRef`),
 * and never less than `minLimit` in all. A value that is not set, or told by a macro, is left to `minLimit`.
 */
export function roomOf({ pack: { name, version, constraints }, values }: PackWithValues): readonly PackRoom[] {
  const sums = new Map<string, PackRoom>();
  let read: unknown;
  const valueAt = (path: string): unknown => memberAt((read ??= readValues(values)), path);
  for (const resource of constraints?.resources ?? []) {
    const { type, minLimit } = resource;
    let asked = 0;
    const add = (on: RoomPlace, amount: number): void => {
      asked += amount;
      const key = `${type} ${on}`;
      sums.set(key, { pack: name, version, type, on, amount: amount + (sums.get(key)?.amount ?? 0) });
    };
    for (const component of resource.components ?? []) add(placeOf(component), requestOf(component, valueAt));
    add('any', Math.max(0, minLimit * units[type] - asked));
  }
  return [...sums.values()].filter(({ amount }) => amount > nothing);
}

type Component = NonNullable<Resource['components']>[number];

function placeOf({ scheduleType }: Component): RoomPlace {
  return scheduleType === 'all' ? 'any' : scheduleType;
}

function requestOf(
  { resourceRequestParamRef: request, replicaCountParamRef: replicas }: Component,
  valueAt: (path: string) => unknown,
): number {
  const each = request ? positive(quantityOf(valueAt(request))) : undefined;
  if (each === undefined) return 0;
  return each * ((replicas ? positive(quantityOf(valueAt(replicas))) : undefined) ?? 1);
}

function positive(amount: number | undefined): number | undefined {
  return amount !== undefined && amount >= 0 ? amount : undefined;
}

/** Null where it is no YAML: other checks say so. */
function readValues(text: string): unknown {
  try {
    return readYamlDocument(new CoveredText(text).text, maxValuesLength).value;
  } catch (error) {
    if (error instanceof DocumentError) return null;
    throw error;
  }
}

/** @param path names with dots between them; a name may have dots of its own */
function memberAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const name = path.slice(0, end);
    if (!Object.hasOwn(value, name)) continue;
    const member: unknown = (value as Readonly<Record<string, unknown>>)[name];
    return end === path.length ? member : memberAt(member, path.slice(end + 1));
  }
  return undefined;
}
