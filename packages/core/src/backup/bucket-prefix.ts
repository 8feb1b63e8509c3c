/** A prefix as a store has it: without a slash before, with one behind, empty for none. */
export function bucketPrefix(text: string): string {
  const inner = text.trim().replaceAll(/^\/+|\/+$/g, '');
  return inner === '' ? '' : `${inner}/`;
}
