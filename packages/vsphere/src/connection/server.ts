/** Who is spoken to, in the words of an error about it. */
export interface Server {
  /** At the start of a sentence too: `vCenter`, `ESXi host esx1.example`. */
  readonly name: string;
  /** What to do when it cannot be reached; undefined for that of the catalogue, which is vCenter's. */
  readonly unreachableHint?: string;
  /** What to do when its certificate is not trusted; undefined for that of the catalogue. */
  readonly untrustedHint?: string;
}

export const vcenterServer: Server = { name: 'vCenter' };

/** A host that disks are sent to: vCenter only names it. */
export function esxiHost({ host }: URL): Server {
  return {
    name: `ESXi host ${host}`,
    unreachableHint:
      'Disks go straight to the ESXi hosts: this machine has to resolve the name and reach the port of this one, past the proxy (NO_PROXY) where that does not lead there. Then run it again.',
    untrustedHint:
      'Disks go straight to the ESXi hosts: give the CA that signed the certificate of this one with --ca-file, or have vCenter renew it (Host, Configure, Certificate).',
  };
}
