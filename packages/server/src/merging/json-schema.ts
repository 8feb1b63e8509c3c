import { runInNewContext } from 'node:vm';
import type { MergePath } from '@sealift/core/merge';
import { Ajv, type ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** A schema that is broken, refers to others, or takes too long. */
export class SchemaUnusable extends Error {}

/** What a validation found. */
export interface Violation {
  readonly path: MergePath;
  readonly message: string;
}

const maxLength = 1_000_000;
/** A pattern of a schema can backtrack for ever. */
const timeoutMs = 1000;
const maxViolations = 100;

/**
 * A validator by JSON Schema: draft 7, or 2019-09 and 2020-12 where the schema says so. Nothing is fetched: a schema that refers to another is
 * unusable. Values that are template macros are filled in later, so what they break is not told.
 *
 * @returns the validator; it throws SchemaUnusable when it takes too long
 * @throws SchemaUnusable
 */
export function compileJsonSchema(text: string): (value: unknown) => readonly Violation[] {
  if (text.length > maxLength) throw new SchemaUnusable(`it is longer than ${maxLength} characters`);
  const options = { allErrors: true, strict: false, validateFormats: false, logger: false } as const;
  const validate = inTime(() => {
    const { $schema: dialect, ...schema } = parseObject(text);
    const isLater = typeof dialect === 'string' && /2019-09|2020-12/.test(dialect);
    return (isLater ? new Ajv2020(options) : new Ajv(options)).compile(schema);
  });
  return (value) =>
    inTime(() => {
      if (validate(value)) return [];
      return (validate.errors ?? []).flatMap((error) => violation(error, value)).slice(0, maxViolations);
    });
}

function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is not a JSON object');
  return { ...value };
}

/** Runs a function in bounded time: the engine interrupts scripts, and the patterns that they match, at the limit. */
function inTime<T>(run: () => T): T {
  try {
    return runInNewContext('run()', { run }, { timeout: timeoutMs }) as T;
  } catch (error) {
    throw new SchemaUnusable(error instanceof Error ? error.message.slice(0, 300) : 'it is not valid', {
      cause: error,
    });
  }
}

function violation({ instancePath, message = 'does not fit', params }: ErrorObject, root: unknown): Violation[] {
  const path: (string | number)[] = [];
  let value = root;
  for (const token of instancePath.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(key) : key);
    value = memberOf(value, key);
  }
  if (typeof value === 'string' && value.includes('{{')) return [];
  const named: unknown = params['additionalProperty'];
  return [{ path, message: typeof named === 'string' ? `${message}: ${named}` : message }];
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}
