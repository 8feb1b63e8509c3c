const longest = 80;

/** A field's value for a person, short; secrets in it are masked where it was read. */
export function fieldText(value: unknown): string {
  if (value === undefined) return 'not there';
  const text = JSON.stringify(value) ?? '';
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** Whether one of two paths is the other, or within it. */
export function isBelow(one: string, other: string): boolean {
  return within(one, other) || within(other, one);
}

function within(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);
}
