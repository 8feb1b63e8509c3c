import { isSecretPath, maskText } from '@sealift/core/merge';
import type { Decision } from './resolutions.ts';

/** What a page shows in the place of a secret. */
export const hiddenValue = '••••••';

/** Whether what is decided is a secret, or holds one: by its path, the schema, or what the server hid of its values. */
export function isSecretDecision({ path, masked }: Decision, passwords: readonly string[]): boolean {
  return masked === true || isSecretPath(path, passwords);
}

/** A value that a person gave, as a page may show it. */
export function shownOwnValue(value: string, decision: Decision, passwords: readonly string[]): string {
  const { path } = decision;
  const isWhole = ['base', 'current', 'incoming'].every((side) => !isCollection(decision[side as 'base']?.value));
  if (isWhole && isSecretDecision(decision, passwords)) return hiddenValue;
  return maskText(value, { under: path, declared: passwords });
}

function isCollection(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
