import { type ComponentType, lazy } from 'react';

/** A page whose code is fetched when it is first opened: the first page is there sooner. */
export function lazyPage<Name extends string>(
  name: Name,
  load: () => Promise<Readonly<Record<Name, ComponentType>>>,
): ComponentType {
  return lazy(async (): Promise<{ default: ComponentType }> => ({ default: (await load())[name] }));
}
