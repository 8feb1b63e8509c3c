import type { XmlElement } from '@sealift/io/xml/element';
import type { XmlNode } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';

/** An endpoint of vCenter that speaks SOAP with the session of the login. */
export interface SoapService {
  /** Such as `/sdk`. */
  readonly path: string;
  /** Such as `urn:vim25`. */
  readonly namespace: string;
  /** Version named in the SOAPAction; the client's own negotiated one for `/sdk`. */
  readonly version?: string;
}

/** The vSphere Web Services API. */
export const vimService: SoapService = { path: '/sdk', namespace: 'urn:vim25' };
/** The vSAN API, which holds Cloud Native Storage (CNS). */
export const vsanService: SoapService = { path: '/vsanHealth', namespace: 'urn:vsan' };

/** One call of a method. */
export interface SoapCall<Result> {
  /** Such as `RetrievePropertiesEx`. */
  readonly method: string;
  /** The managed object it is called on. */
  readonly on: Reference;
  /** Its parameters after `_this`, in the schema's order. */
  readonly args?: readonly XmlNode[];
  /**
   * Reads the answer from its `returnval` elements: none for a method without a result, several for one that returns an
   * array. `only`, `all`, `maybe` and `nothing` fit most methods.
   */
  readonly result: (values: readonly XmlElement[]) => Result;
  /** Reading calls: may be sent twice, so a kept connection is used. Others get a connection of their own. */
  readonly repeatable?: boolean;
  /**
   * Sent again when the server says that it takes no calls at the moment, as reading calls are: doing it twice is the same as doing it
   * once. Each time on a connection of its own.
   */
  readonly idempotent?: boolean;
  /** It uses something that ends with the session (a view, a filter, a page token): it is not repeated after a new login. */
  readonly sessionBound?: boolean;
  readonly service?: SoapService;
  /** How long the answer may take, in milliseconds. */
  readonly timeoutMs?: number;
  readonly cancel?: AbortSignal | undefined;
}
