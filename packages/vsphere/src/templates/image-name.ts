const nodeImageForm = /^(?:r_)?u-\d{4}-\d+-k-[a-z0-9-]+(?:\.ova)?$/i;

/** Whether a machine has the name of a node image, be it with or without what an operator forgot (`u-<ubuntu>-<patch>-k-<kubernetes>-<build>`). */
export function isNodeImageName(name: string): boolean {
  return nodeImageForm.test(name);
}

/** The name under which the platform looks for an image: `r_` and the name of the OVA without extension. */
export function templateNameOf(ova: string): string {
  return `r_${stemOf(ova)}`;
}

/** What is left of a name without prefix and extension: near misses of one image have the same. */
export function stemOf(name: string): string {
  return name
    .replace(/\.ova$/i, '')
    .replace(/^r_/i, '')
    .toLowerCase();
}
