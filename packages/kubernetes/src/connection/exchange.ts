/** One request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as `/api/v1/namespaces/kube-system/configmaps/x`; names in it are escaped by `objectPath`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** JSON; of a PATCH without a `contentType`, a JSON merge patch (RFC 7396). */
  readonly body?: unknown;
  readonly contentType?: string;
  /** Forms of an answer to ask for; plain JSON without it. */
  readonly accept?: string;
  /** Whether a request that changes something may be sent again: what it does twice is what it does once. A GET always may. */
  readonly idempotent?: boolean;
  /** The answer is text and no JSON, and every status of it tells something, so that it is asked for once: a health endpoint. */
  readonly isHealth?: boolean;
  readonly cancel?: AbortSignal | undefined;
}

/** What the API server answered, parsed but not yet checked. */
export interface ApiAnswer {
  readonly status: number;
  /** Undefined where an answer that passes (503 of a load balancer) is no JSON. */
  readonly body: unknown;
  /** `Retry-After` in milliseconds, where there is one in seconds. */
  readonly askedPauseMs: number | undefined;
}

/** A question to a program in a pod. */
export interface PodRequest {
  readonly namespace: string;
  readonly pod: string;
  /** On which it serves HTTPS. */
  readonly port: number;
  /** A name that its certificate is for. */
  readonly servername: string;
  readonly path: string;
}

/** Proves who asks a program that trusts an authority of its own, and that program; PEM. */
export interface PodLogin {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A request to a program in a pod whose answer is long. */
export interface PodStreamRequest extends PodRequest {
  readonly login: PodLogin;
  /** What is posted, JSON. */
  readonly body: string;
}
