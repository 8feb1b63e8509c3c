import { fieldPaths } from '@sealift/kubernetes/field-paths';
import type { KubeObject, ManagedField } from '@sealift/kubernetes/object';
import { isOurs } from '@sealift/kubernetes/take-over';

/** Fills components in from variables and sets nothing by hand (cluster-api, `cmd/clusterctl`: its user agent names the manager). */
const generator = 'clusterctl';
/** Programs that install components and then leave them alone. A file that a person gave to kubectl may have been edited before. */
const installers: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [generator, new Set(['Update', 'Apply'])],
  ['kubectl-client-side-apply', new Set(['Update'])],
  ['kubectl-create', new Set(['Update'])],
  ['kubectl', new Set(['Apply'])],
  // Our own rewriting of versions.
  ['sealift', new Set(['Update'])],
]);

/** Whether fields are those of a program that installed the providers, so that they pass to us; whoever else owns one goes on to own it. */
export function isInstaller({ manager = '', operation = '', subresource = '' }: ManagedField): boolean {
  return subresource === '' && installers.get(manager)?.has(operation) === true;
}

/** Who set a field, or a part of it, in a way that a person may have chosen its value. */
export function mayBeByHand(object: KubeObject, field: string): boolean {
  return entriesOf(object, field).some((entry) => !isOurs(entry) && entry.manager !== generator);
}

/** Managers of a field or of a part of it that are no installers. */
export function othersOf(object: KubeObject, field: string): readonly ManagedField[] {
  return entriesOf(object, field).filter((entry) => !isOurs(entry) && !isInstaller(entry));
}

function entriesOf(object: KubeObject, field: string): readonly ManagedField[] {
  return (object.metadata.managedFields ?? []).filter(({ fieldsV1 }) =>
    [...fieldPaths(fieldsV1)].some(
      (path) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`),
    ),
  );
}
