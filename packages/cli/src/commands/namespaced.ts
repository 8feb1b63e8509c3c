import { SealiftError } from '@sealift/core/errors';

/** Reads an option of the form `namespace/name`; undefined where it is not given. @throws USAGE */
export function parseNamespaced(
  option: string,
  text: string | undefined,
): { readonly namespace: string; readonly name: string } | undefined {
  if (text === undefined) return undefined;
  const [, namespace, name] = /^([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253})$/.exec(text) ?? [];
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  const reason = `${option} ${text} is not of the form namespace/name`;
  throw new SealiftError('USAGE', { values: { reason } });
}
