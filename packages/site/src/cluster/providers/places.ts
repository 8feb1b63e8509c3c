/** A place in an object: names of members and places in lists. */
export type Place = readonly (string | number)[];

/** What stands at a place; undefined where nothing does. */
export function valueAt(object: unknown, place: Place): unknown {
  let at = object;
  for (const key of place) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[key];
  }
  return at;
}

/** The same object with another value at a place, and the members on the way there; without the value, the member goes. */
export function withValue<Kind>(object: Kind, [key, ...rest]: Place, value: unknown): Kind {
  if (key === undefined) return value as Kind;
  if (Array.isArray(object)) {
    return object.map((item: unknown, index) => (index === key ? withValue(item, rest, value) : item)) as Kind;
  }
  const members = typeof object === 'object' && object !== null ? object : {};
  const inner: unknown = Object.hasOwn(members, key) ? (members as Readonly<Record<string, unknown>>)[key] : undefined;
  const next = withValue(inner, rest, value);
  const others = Object.entries(members).filter(([name]) => name !== String(key));
  return Object.fromEntries(next === undefined ? others : [...others, [key, next]]) as Kind;
}
