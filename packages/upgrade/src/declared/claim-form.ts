import type { ClaimForm } from '@sealift/core/release';

/** The access modes and the class of a claim or a volume as it is. */
export interface ActualForm {
  readonly accessModes: readonly string[];
  readonly storageClass: string | undefined;
}

/** Whether a claim has a form that a release declares. */
export function hasForm(actual: ActualForm, { accessModes, storageClass }: ClaimForm): boolean {
  const modes = (of: readonly string[]): string => of.toSorted().join(' ');
  return (
    modes(actual.accessModes) === modes(accessModes) &&
    (storageClass === undefined || storageClass === (actual.storageClass ?? ''))
  );
}

/** For a person: `ReadWriteOnce, class fast`. */
export function formText({ accessModes, storageClass }: ActualForm | ClaimForm): string {
  const of = storageClass === undefined ? '' : `, ${storageClass === '' ? 'no class' : `class ${storageClass}`}`;
  return `${accessModes.join(', ')}${of}`;
}
