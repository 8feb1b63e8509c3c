/** Where an update is prepared: its draft is made there, and its review opens. */
export function preparePath(version: string, reversible = false): string {
  return `/updates/prepare/${encodeURIComponent(version)}${reversible ? '?reversible=true' : ''}`;
}
