/** What is watched: a collection, or of it what is selected. */
export interface WatchTarget {
  /** Of the collection, such as `/apis/apps/v1/namespaces/shop/deployments` (`objectPath`). */
  readonly path: string;
  /** The one object of this name. */
  readonly name?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export function queryOf({ name, labelSelector, fieldSelector }: WatchTarget): Readonly<Record<string, string>> {
  const fields = [name === undefined ? undefined : `metadata.name=${name}`, fieldSelector].filter(
    (one) => one !== undefined,
  );
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fields.length === 0 ? {} : { fieldSelector: fields.join(',') }),
  };
}

/** For a person: the path, with the name where there is one. */
export function spokenOf({ path, name }: WatchTarget): string {
  return name === undefined ? path : `${path}/${name}`;
}
