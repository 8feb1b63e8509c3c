import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** An answer as it came. */
export interface SeenAnswer {
  /** Below `/api/v1`, with its query. */
  readonly path: string;
  readonly method: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

interface Documented {
  readonly headers?: Readonly<
    Record<string, { readonly required?: boolean; readonly schema: { readonly const?: string } }>
  >;
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}

interface Operation {
  /** `GET /upgrades/{id}`. */
  readonly name: string;
  readonly pattern: RegExp;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { readonly name: string }[];
  readonly responses: Readonly<Record<string, Documented>>;
}

const base = '/api/v1';
/** Headers that mean something to a client: each that is sent is documented. */
const meaningful = ['etag', 'location', 'set-cookie', 'content-disposition', 'retry-after', 'idempotency-replayed'];

/** Holds what the server answers against the OpenAPI document that it gives of itself. */
export class Contract {
  readonly operations: readonly Operation[];
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: { readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>> }) {
    this.#ajv.addSchema({ ...document, $id: 'api' });
    const found = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): Operation => {
        const below = path.slice(base.length);
        const { parameters = [], responses } = operation as Pick<Operation, 'responses'> &
          Partial<Pick<Operation, 'parameters'>>;
        const pattern = new RegExp(`^${below.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
        return { name: `${method.toUpperCase()} ${below}`, pattern, method, path, parameters, responses };
      }),
    );
    // What is written out wins over what has a name in its place.
    this.operations = found.toSorted((a, b) => a.path.split('{').length - b.path.split('{').length);
  }

  /** The operation that a request is of; undefined where the document has none. */
  operationOf({ method, path }: Pick<SeenAnswer, 'method' | 'path'>): Operation | undefined {
    const [plain = ''] = path.split('?', 1);
    return this.operations.find((one) => one.method === method.toLowerCase() && one.pattern.test(plain));
  }

  /** In what an answer differs from the document; empty where it is as documented. */
  faultsOf(answer: SeenAnswer): readonly string[] {
    const operation = this.operationOf(answer);
    if (operation === undefined) {
      const isUnknown = answer.status === 404 && codeOf(answer.body) === 'ROUTE_UNKNOWN';
      return isUnknown ? [] : [`${answer.method} ${answer.path} is answered, and not documented`];
    }
    const key =
      operation.responses[String(answer.status)] === undefined && answer.status >= 500 ? '5XX' : answer.status;
    const documented = operation.responses[String(key)];
    const say = (fault: string): string => `${operation.name} ${answer.status}: ${fault}`;
    if (documented === undefined)
      return [say(`this status is not documented (${codeOf(answer.body) ?? 'no problem'})`)];
    return [...headerFaults(documented, answer), ...this.#bodyFaults(operation, String(key), documented, answer)].map(
      say,
    );
  }

  #bodyFaults(operation: Operation, status: string, { content }: Documented, answer: SeenAnswer): string[] {
    const given = answer.headers['content-type'];
    const [type = ''] = (typeof given === 'string' ? given : '').split(';', 1);
    if (content === undefined) {
      return answer.body === undefined || answer.body === '' ? [] : ['a body is answered, and none documented'];
    }
    if (content[type] === undefined) return [`${type || 'no type'} is not documented`];
    if (!type.endsWith('json')) return [];
    const validate = this.#validator([operation.path, operation.method, status, type]);
    if (validate(answer.body)) return [];
    const [first] = validate.errors ?? [];
    return [`${first?.instancePath} ${first?.message} ${JSON.stringify(first?.params)} (${codeOf(answer.body) ?? ''})`];
  }

  #validator([path, method, status, type]: readonly [string, string, string, string]): ValidateFunction {
    const pointer = ['paths', path, method, 'responses', status, 'content', type, 'schema'].map(token).join('/');
    const known = this.#validators.get(pointer) ?? this.#ajv.compile({ $ref: `api#/${pointer}` });
    this.#validators.set(pointer, known);
    return known;
  }
}

/** RFC 6901, as a part of a URI. */
function token(text: string): string {
  return encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function headerFaults({ headers = {} }: Documented, answer: SeenAnswer): string[] {
  const missing = Object.entries(headers).flatMap(([name, { required, schema }]) => {
    const sent = answer.headers[name];
    if (sent === undefined) return required === true ? [`the header ${name} is missing`] : [];
    return schema.const !== undefined && sent !== schema.const ? [`the header ${name} is ${JSON.stringify(sent)}`] : [];
  });
  const more = meaningful.filter((name) => answer.headers[name] !== undefined && headers[name] === undefined);
  return [...missing, ...more.map((name) => `the header ${name} is not documented`)];
}

function codeOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('code' in body)) return undefined;
  return typeof body.code === 'string' ? body.code : undefined;
}
