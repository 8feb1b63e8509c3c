import type { OddAnswer, RequestHead, SeenRequest } from './odd-registry.ts';

/** How real registries, and what stands before them, differ from the OCI distribution-spec; each can be switched on alone. */
export interface Quirks {
  /** Answers a mount so (401 and 403: projects of their own; 500: a mount across storages). */
  readonly mount?: number;
  /** Its token service gives no token for two repositories at once, or is busy the first time. */
  readonly tokens?: 'one-repository' | 'busy-at-first';
  /** What stands before it takes no request larger than this, in bytes, and says so before it reads it. */
  readonly bodyLimitBytes?: number;
  /** Takes blobs in one piece only. */
  readonly wholeOnly?: boolean;
  /** Has everything that brings something brought to another host of its own, by this redirect. */
  readonly redirect?: 307 | 308;
  /** Answers HEAD so. */
  readonly head?: 405 | 501;
  /** Answers so where 201 is due. */
  readonly created?: 200 | 204;
  /** Refuses manifests with `artifactType`, with the empty config, or with any config but an image's. */
  readonly artifacts?: 'no-artifact-type' | 'no-empty-config' | 'images-only';
  /** Gives its list of tags in pages that never end; with nothing on them, or with tags. */
  readonly endlessPages?: 'empty' | 'full';
  /** Sends this of its answers byte by byte for ever. */
  readonly drip?: 'headers' | 'bodies';
}

/** What is refused before its body is read. */
export function refusedAtOnce({ bodyLimitBytes }: Quirks, { announcedBytes }: RequestHead): OddAnswer | undefined {
  if (bodyLimitBytes === undefined || announcedBytes <= bodyLimitBytes) return undefined;
  return { status: 413, headers: { connection: 'close' }, body: '<h1>413 Request Entity Too Large</h1>' };
}

/** The answer of a registry with quirks, where it differs. `storage` is its other host. */
export class QuirkyAnswers {
  readonly #quirks: Quirks;
  #busy: boolean;
  #pages = 0;

  constructor(quirks: Quirks) {
    this.#quirks = quirks;
    this.#busy = quirks.tokens === 'busy-at-first';
  }

  /** @param storage the host that it redirects to; undefined where the request is at that host already */
  answer(request: SeenRequest, body: Buffer, host: string, storage: string | undefined): OddAnswer | undefined {
    const { method, path } = request;
    const { head, mount, redirect, wholeOnly } = this.#quirks;
    if (path.startsWith('/token')) return this.#token(path);
    const login = storage === undefined ? undefined : this.#login(request, host);
    if (login !== undefined) return login;
    if (method === 'HEAD' && head !== undefined) return { status: head };
    if (mount !== undefined && path.includes('mount=')) return { status: mount };
    if (path.includes('/tags/list')) return this.#tags(path);
    if (redirect !== undefined && storage !== undefined && ['POST', 'PUT', 'PATCH'].includes(method)) {
      return { status: redirect, headers: { location: `http://${storage}${path}` } };
    }
    if (wholeOnly === true && method === 'PATCH') return { status: 405 };
    if (method === 'PUT' && path.includes('/manifests/')) return this.#artifact(body);
    return undefined;
  }

  /** The answer as this registry puts it. */
  put(answer: OddAnswer): OddAnswer {
    const { created } = this.#quirks;
    return created !== undefined && answer.status === 201 ? { ...answer, status: created } : answer;
  }

  #login({ authorization, path }: SeenRequest, host: string): OddAnswer | undefined {
    if (this.#quirks.tokens === undefined || authorization?.startsWith('Bearer ') === true) return undefined;
    const scope = /^\/v2\/(.+?)\/(?:blobs|manifests|tags|referrers)\//.exec(path)?.[1] ?? '';
    const challenge = `Bearer realm="http://${host}/token",service="odd",scope="repository:${scope}:pull,push"`;
    return { status: 401, headers: { 'www-authenticate': challenge } };
  }

  #token(path: string): OddAnswer {
    if (this.#busy) {
      this.#busy = false;
      return { status: 429, headers: { 'retry-after': '0' } };
    }
    const scopes = new URL(path, 'http://registry').searchParams.getAll('scope');
    if (this.#quirks.tokens === 'one-repository' && scopes.length > 1) return { status: 401 };
    return { status: 200, body: JSON.stringify({ token: `for-${scopes.length}`, expires_in: 3600 }) };
  }

  #tags(path: string): OddAnswer | undefined {
    if (this.#quirks.endlessPages === undefined) return undefined;
    this.#pages += 1;
    const tags =
      this.#quirks.endlessPages === 'empty' ? [] : Array.from({ length: 1000 }, (_, at) => `t${this.#pages}-${at}`);
    const next = `${path.split('?')[0]}?last=${this.#pages}`;
    return { status: 200, headers: { link: `<${next}>; rel="next"` }, body: JSON.stringify({ tags }) };
  }

  #artifact(body: Buffer): OddAnswer | undefined {
    const { artifactType, config } = JSON.parse(body.toString()) as {
      readonly artifactType?: string;
      readonly config?: { readonly mediaType: string };
    };
    const refused = {
      'no-artifact-type': artifactType !== undefined,
      'no-empty-config': config?.mediaType === 'application/vnd.oci.empty.v1+json',
      'images-only': config !== undefined && config.mediaType !== 'application/vnd.oci.image.config.v1+json',
    };
    if (this.#quirks.artifacts === undefined || !refused[this.#quirks.artifacts]) return undefined;
    const message = 'manifest invalid: unknown media type';
    return { status: 400, body: JSON.stringify({ errors: [{ code: 'MANIFEST_INVALID', message }] }) };
  }
}
