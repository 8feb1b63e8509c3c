import type { TrustOptions } from '../connection/trust.ts';
import type { OvfPackage, PackageIdentity } from '../ovf/package.ts';
import type { TemplateIdentity } from './identity.ts';
import type { ComputePlace, PlaceNames } from './places.ts';

export interface ImportRequest extends PlaceNames {
  /** Name of the template; `r_` and the name of the OVA without extension by default, which is where the platform looks. */
  readonly name?: string | undefined;
  /** `NAME` for all networks of the image, or `NETWORK OF THE IMAGE=NAME`. */
  readonly networks?: readonly string[] | undefined;
  /** SHA-256 that the OVA has to have, in hex: from the release. */
  readonly sha256?: string | undefined;
  /** What is inside, where the release says; else what the image says of itself. */
  readonly kubernetes?: string | undefined;
  readonly os?: string | undefined;
  /** Opens the package; anew when the import has to begin again. */
  readonly open: () => Promise<OvfPackage>;
  /** Looks and checks, changes nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface ImportOptions extends Pick<TrustOptions, 'caFile' | 'ca'> {
  readonly cancel?: AbortSignal | undefined;
  /** Bytes of the disks that were sent, or in a dry run read, of all. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  /** Remarks for a person: warnings of vCenter, leftovers, a session that had to begin anew. */
  readonly onNote?: ((text: string) => void) | undefined;
  readonly retryDelaysMs?: readonly number[] | undefined;
}

export interface ImportResult {
  /**
   * `present`: the same template was there; `completed`: it was there and lacked its snapshot, mark or name, which it has now. Of both
   * nothing was sent. `planned`: a dry run.
   */
  readonly outcome: 'imported' | 'present' | 'completed' | 'planned';
  readonly name: string;
  /** Inventory path. */
  readonly path: string;
  readonly identity: TemplateIdentity;
  readonly sentBytes: number;
  /** Where it went; undefined when it was there. */
  readonly compute: { readonly cluster: string; readonly datastore: string } | undefined;
}

/** Places as a result names them. */
export function placesOf({ cluster, datastore }: ComputePlace): ImportResult['compute'] {
  return { cluster: cluster.name, datastore: datastore.name };
}

/** What the template is to say of itself. */
export function describe(
  ovf: OvfPackage,
  { kubernetes, os }: ImportRequest,
  { ova, manifest }: PackageIdentity,
): TemplateIdentity {
  return { ova, manifest, kubernetes: kubernetes ?? ovf.descriptor.kubernetes, os: os ?? ovf.descriptor.os };
}
