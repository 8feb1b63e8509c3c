import { SealiftError } from '@sealift/core/errors';
import { child, type XmlElement } from '@sealift/io/xml/element';
import { printReference } from '../xml/reference.ts';

/** A fault as vCenter sent it; the cause of the error of the catalogue that it became. */
export class VsphereFault extends Error {
  /** Its type in the API, such as `NoPermission`; empty when the server named none. */
  readonly type: string;
  /** Its properties, such as `privilegeId`. */
  readonly detail: XmlElement | undefined;

  constructor(type: string, message: string, detail: XmlElement | undefined) {
    super(message);
    this.type = type;
    this.detail = detail;
  }
}

/** The fault behind an error, if there is one. */
export function faultOf(error: unknown): VsphereFault | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth += 1) {
    if (at instanceof VsphereFault) return at;
  }
  return undefined;
}

/** Whether an error comes from a fault of one of these types. */
export function isFault(error: unknown, ...types: readonly string[]): boolean {
  const fault = faultOf(error);
  return fault !== undefined && types.includes(fault.type);
}

type FaultCode =
  | 'VSPHERE_BUSY'
  | 'VSPHERE_DATASTORE_FULL'
  | 'VSPHERE_FILE_FAULT'
  | 'VSPHERE_HOST_UNREACHABLE'
  | 'VSPHERE_LOGIN_REFUSED'
  | 'VSPHERE_NAME_INVALID'
  | 'VSPHERE_NAME_TAKEN'
  | 'VSPHERE_NOT_AUTHENTICATED'
  | 'VSPHERE_OBJECT_GONE'
  | 'VSPHERE_PERMISSION_DENIED';

/** Types of the API by the error that each is to us (vSphere Web Services API, "Faults"). */
const codes: ReadonlyMap<string, FaultCode> = new Map<string, FaultCode>([
  ['NotAuthenticated', 'VSPHERE_NOT_AUTHENTICATED'],
  ['InvalidLogin', 'VSPHERE_LOGIN_REFUSED'],
  ['InvalidLocale', 'VSPHERE_LOGIN_REFUSED'],
  ['PasswordExpired', 'VSPHERE_LOGIN_REFUSED'],
  ['RestrictedByAdministrator', 'VSPHERE_LOGIN_REFUSED'],
  ['NoPermission', 'VSPHERE_PERMISSION_DENIED'],
  ['DuplicateName', 'VSPHERE_NAME_TAKEN'],
  ['AlreadyExists', 'VSPHERE_NAME_TAKEN'],
  ['FileAlreadyExists', 'VSPHERE_NAME_TAKEN'],
  ['InvalidName', 'VSPHERE_NAME_INVALID'],
  ['ManagedObjectNotFound', 'VSPHERE_OBJECT_GONE'],
  ['ResourceInUse', 'VSPHERE_BUSY'],
  ['TaskInProgress', 'VSPHERE_BUSY'],
  ['ConcurrentAccess', 'VSPHERE_BUSY'],
  ['FileLocked', 'VSPHERE_BUSY'],
  ['NoDiskSpace', 'VSPHERE_DATASTORE_FULL'],
  ['InsufficientStorageSpace', 'VSPHERE_DATASTORE_FULL'],
  ['FileFault', 'VSPHERE_FILE_FAULT'],
  ['FileNotFound', 'VSPHERE_FILE_FAULT'],
  ['FileNotWritable', 'VSPHERE_FILE_FAULT'],
  ['FileTooLarge', 'VSPHERE_FILE_FAULT'],
  ['CannotAccessFile', 'VSPHERE_FILE_FAULT'],
  ['CannotCreateFile', 'VSPHERE_FILE_FAULT'],
  ['InvalidDatastore', 'VSPHERE_FILE_FAULT'],
  ['InvalidDatastorePath', 'VSPHERE_FILE_FAULT'],
  ['InaccessibleDatastore', 'VSPHERE_FILE_FAULT'],
  ['DatastoreNotWritableOnHost', 'VSPHERE_FILE_FAULT'],
  ['HostConnectFault', 'VSPHERE_HOST_UNREACHABLE'],
  ['HostNotConnected', 'VSPHERE_HOST_UNREACHABLE'],
  ['HostNotReachable', 'VSPHERE_HOST_UNREACHABLE'],
  ['HostCommunication', 'VSPHERE_HOST_UNREACHABLE'],
  ['NoHost', 'VSPHERE_HOST_UNREACHABLE'],
]);

/** A `LocalizedMethodFault` (of a task, a lease, a property that may not be read) as an error. */
export function localizedFault(element: XmlElement, place: string): SealiftError {
  const fault = child(element, 'fault');
  return faultError(fault?.type ?? '', child(element, 'localizedMessage')?.text ?? '', fault, place);
}

/** A SOAP fault as an error; the detail's one element carries the type. */
export function soapFault(element: XmlElement, place: string): SealiftError {
  const detail = child(element, 'detail')?.children[0];
  const type = detail?.type ?? detail?.name.replace(/Fault$/, '') ?? '';
  return faultError(type, child(element, 'faultstring')?.text ?? '', detail, place);
}

function faultError(type: string, message: string, detail: XmlElement | undefined, place: string): SealiftError {
  const reason = printable(message === '' ? type : message);
  const cause = new VsphereFault(type, reason, detail);
  const named = (name: string): string => printable(detail === undefined ? '' : (child(detail, name)?.text ?? ''));
  const values = {
    fault: type === '' ? 'no fault named' : printable(type),
    reason,
    privilege: privilegeOf(detail),
    object: objectOf(detail),
    name: JSON.stringify(named('name')),
  };
  return new SealiftError(codes.get(type) ?? 'VSPHERE_FAULT', { values, place, cause });
}

/** `NoPermission` names one privilege; since vSphere 7 all that were missing, per object. */
function privilegeOf(detail: XmlElement | undefined): string {
  if (detail === undefined) return 'unknown';
  const single = child(detail, 'privilegeId')?.text;
  if (single !== undefined && single !== '') return printable(single);
  const all = (child(detail, 'missingPrivileges')?.children ?? []).filter(({ name }) => name === 'privilegeIds');
  return all.length === 0 ? 'unknown' : printable(all.map(({ text }) => text).join(', '));
}

function objectOf(detail: XmlElement | undefined): string {
  const found = detail === undefined ? undefined : (child(detail, 'object') ?? child(detail, 'obj'));
  const type = found?.attributes.get('type');
  return found === undefined || type === undefined
    ? 'the object'
    : printable(printReference({ type, value: found.text }));
}

/** A server's words go to a terminal: without control characters, and not without end. */
function printable(text: string): string {
  return text
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 500);
}
