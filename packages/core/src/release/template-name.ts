/**
 * The name a template must have in vCenter to be found: `r_` and the OVA's file name without its extension
 * (`u-2204-0-k-12610-0.ova` → `r_u-2204-0-k-12610-0`).
 */
export function templateName(ova: string): string {
  return `r_${ova.replace(/\.ova$/, '')}`;
}
