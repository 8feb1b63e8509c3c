import { isRegistryHost, isRepositoryName } from '@sealift/oci/reference';
import type { ImageRegistry } from './settings.ts';

type Address = Pick<ImageRegistry, 'registry' | 'base'>;

/** Reads `host[:port][/path]`, as people name a registry and the path below it. @returns undefined where it is not of that form */
export function parseImageRegistry(text: string): Address | undefined {
  const slash = text.indexOf('/');
  const [registry, base] = slash === -1 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)];
  if (!isRegistryHost(registry) || (slash !== -1 && !isRepositoryName(base))) return undefined;
  return { registry, base };
}

/** The text that `parseImageRegistry` reads back to the same. */
export function formatImageRegistry({ registry, base }: Address): string {
  return base === '' ? registry : `${registry}/${base}`;
}
