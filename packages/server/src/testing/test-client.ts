import type { FastifyInstance, InjectOptions } from 'fastify';
import { assertDocumented } from './keep-contract.ts';

/** An answer with its JSON body parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, never> & { readonly [key: string]: unknown };
  readonly text: string;
}

/** Calls an application by injection; keeps the session cookie like a browser. Each answer has to be as the API's description says. */
export class TestClient {
  readonly #app: FastifyInstance;
  cookie: string | undefined;
  bearer: string | undefined;

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  async call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<Answer> {
    const request: InjectOptions = {
      method,
      url: `/api/v1${path}`,
      headers: {
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...(this.bearer === undefined ? {} : { authorization: `Bearer ${this.bearer}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body as object }),
    };
    const response = await this.#app.inject(request);
    const set = response.headers['set-cookie'];
    if (typeof set === 'string') this.cookie = set.split(';', 1)[0];
    const isJson = (response.headers['content-type'] ?? '').includes('json');
    const { statusCode: status, headers: answered, body: text } = response;
    const parsed: Answer['body'] | undefined = isJson ? response.json() : undefined;
    assertDocumented({ method, path, status, headers: answered, body: parsed ?? text });
    return { status, headers: answered, body: parsed ?? {}, text };
  }
}
