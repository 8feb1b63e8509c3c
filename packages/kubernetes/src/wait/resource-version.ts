/** What etcd's revisions look like; other servers may use others, of which nothing is concluded (Kubernetes API concepts, "Resource versions"). */
const decimal = /^\d{1,30}$/;

/** Whether a state is at most as new as another one. False where they can't be compared. */
export function isAtMost(one: string, other: string): boolean {
  return decimal.test(one) && decimal.test(other) && BigInt(one) <= BigInt(other);
}

/** Whether a state is older than another one. False where they can't be compared. */
export function isOlder(one: string, other: string): boolean {
  return one !== other && isAtMost(one, other);
}
