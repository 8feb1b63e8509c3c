import type { FastifyInstance, InjectOptions } from 'fastify';

/** An answer with its JSON body parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, never> & { readonly [key: string]: unknown };
  readonly text: string;
}

/** Calls an application by injection; keeps the session cookie like a browser. */
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
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson ? response.json() : {},
      text: response.body,
    };
  }
}
