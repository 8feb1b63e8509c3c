import * as api from '@sealift/core/api';
import { z } from 'zod';

/** What schemas of `packages/core/src/api` are called in the document: `upgradeListSchema` is `UpgradeList`. */
const names = new Map<unknown, string>(
  Object.entries(api).flatMap(([name, schema]) =>
    schema instanceof z.ZodType && name.endsWith('Schema') ? [[schema, titled(name.slice(0, -'Schema'.length))]] : [],
  ),
);

/** The schemas that several operations share, each written once. */
export class Components {
  readonly schemas: Record<string, object> = {};
  readonly #texts = new Map<string, string>();

  /**
   * A reference to a schema that has a name; any other is left where it is.
   *
   * @param zod as the route declares it
   * @param schema what was made of it: what is taken and what is answered may differ
   */
  referTo(zod: unknown, schema: object): object {
    const name = names.get(zod);
    if (name === undefined) return schema;
    const text = JSON.stringify(schema);
    const known = this.#texts.get(name) ?? text;
    // Taken with members left out that are always answered.
    const own = known === text ? name : `${name}Taken`;
    if (own !== name && (this.#texts.get(own) ?? text) !== text) return schema;
    this.#texts.set(own, text);
    this.schemas[own] = schema;
    return { $ref: `#/components/schemas/${own}` };
  }
}

function titled(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
