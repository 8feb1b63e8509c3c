import type { Readable } from 'node:stream';
import type { Cancel } from './cancel.ts';

/** A VM template in vCenter, or a VM deployed by hand to become one, found by name in the template folder. */
export interface Template {
  readonly name: string;
  /** SHA-256 (hex) of the OVA it was made from, where the template's annotation tells. */
  readonly sha256: string | null;
  readonly kubernetes: string | null;
  readonly poweredOn: boolean;
  /** Whether it is marked as a template and has the snapshot that linked clones need; one deployed by hand has neither. */
  readonly marked: boolean;
}

/** Opens an OVA at an offset in bytes; at 0, the default, its digest is checked at its end. */
export type OpenOva = (start?: number) => Promise<Readable>;

/** What the engine asks of vCenter. */
export interface VCenterPort {
  findTemplate(name: string, cancel: Cancel): Promise<Template | null>;
  /** Streams the OVA once and leaves a marked template of that name. A cut import leaves nothing that `findTemplate` returns. */
  importTemplate(
    request: { name: string; sha256: string; kubernetes: string; sizeBytes: number; ova: OpenOva },
    cancel: Cancel,
  ): Promise<void>;
  /** Makes a template of the powered-off VM of that name, which was deployed by hand; may be run again. */
  markTemplate(name: string, cancel: Cancel): Promise<void>;
}
