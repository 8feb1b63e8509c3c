/** The BIOS UUID of a VM in the id that its provider gives it, `vsphere://<uuid>`; lower case. */
export function uuidOf(providerId: string): string {
  return providerId.slice(providerId.lastIndexOf('/') + 1).toLowerCase();
}
