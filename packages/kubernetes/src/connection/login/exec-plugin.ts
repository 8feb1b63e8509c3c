import { SealiftError } from '@sealift/core/errors';
import { runProgram } from '@sealift/io/run-program';
import { z } from 'zod';
import { readable } from '../answer.ts';
import { invalidConfig } from './invalid-config.ts';
import type { ExecSettings } from './kubeconfig-schema.ts';
import type { Credential } from './credential.ts';

const outputLimitBytes = 1024 * 1024;
/** A credential is not used in its last moments, in which it could end on its way. */
const marginMs = 10_000;
const versions: ReadonlySet<string> = new Set([
  'client.authentication.k8s.io/v1',
  'client.authentication.k8s.io/v1beta1',
]);

const text = z.string().max(256 * 1024);
const answer = z.object({
  apiVersion: z.string(),
  kind: z.literal('ExecCredential'),
  status: z.object({
    expirationTimestamp: z.string().nullish(),
    token: text.optional(),
    clientCertificateData: text.optional(),
    clientKeyData: text.optional(),
  }),
});

export interface ExecPluginOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `provideClusterInfo` tells it. */
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
}

/** A program that hands out a login (Kubernetes, "client-go credential plugins"). Nothing that it writes is shown: it may be a secret. */
export class ExecPlugin {
  readonly #settings: ExecSettings;
  readonly #options: ExecPluginOptions;
  #known: { readonly credential: Credential; readonly expires: number } | undefined;
  /** Many requests at once are one run. */
  #running: Promise<Credential> | undefined;

  #ending = new AbortController();

  /** @throws KUBERNETES_CONFIG_INVALID where it can't be used without a terminal */
  constructor(settings: ExecSettings, options: ExecPluginOptions) {
    const { command, apiVersion = '', interactiveMode } = settings;
    if (!versions.has(apiVersion))
      throw invalidConfig(`its program ${command} is of the unknown version ${JSON.stringify(apiVersion)}`);
    if (interactiveMode === 'Always') throw invalidConfig(`its program ${command} asks questions at a terminal`);
    this.#settings = settings;
    this.#options = options;
  }

  /** How people call it. */
  get command(): string {
    return this.#settings.command;
  }

  /** @throws KUBERNETES_LOGIN_MISSING */
  async credential(): Promise<Credential> {
    if (this.#known !== undefined && Date.now() < this.#known.expires) return this.#known.credential;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return await this.#running;
  }

  /** The server does not accept what it handed out. */
  forget(): void {
    this.#known = undefined;
  }

  /** Ends a run that goes on. */
  stop(): void {
    this.#ending.abort();
    this.#ending = new AbortController();
  }

  async #run(): Promise<Credential> {
    const { command, args, env, apiVersion = '', installHint, provideClusterInfo } = this.#settings;
    const spec = { interactive: false, ...(provideClusterInfo === true ? { cluster: this.#options.cluster } : {}) };
    const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
    const given = [
      ...Object.entries(this.#options.env),
      ...(env ?? []).map(({ name, value }) => [name, value] as const),
    ];
    const { timeoutMs } = this.#options;
    const ended = await runProgram({
      program: command,
      parts: args ?? [],
      env: { ...defined(given), KUBERNETES_EXEC_INFO: info },
      deadlineMs: timeoutMs,
      outputLimitBytes,
      cancel: this.#ending.signal,
    });
    if (ended.killed === 'deadline') throw missing(`${command} gave none within ${timeoutMs / 1000} s and was stopped`);
    if (ended.killed === 'cancelled') throw missing(`${command} was stopped, as nobody waits for it any more`);
    if (ended.killed !== null) throw missing(`${command} wrote more than a login can be and was stopped`);
    if (ended.code === 127) {
      const hint = installHint === undefined ? '' : `; ${readable(installHint)}`;
      throw missing(`${command} cannot be run${hint}`);
    }
    if (ended.code !== 0) throw missing(`${command} ended with code ${ended.code ?? 'none'}`);
    return this.#take(ended.output, apiVersion);
  }

  #take(output: string, apiVersion: string): Credential {
    const { command } = this.#settings;
    const parsed = answer.safeParse(parse(output));
    if (!parsed.success || parsed.data.apiVersion !== apiVersion)
      throw missing(`${command} wrote no ExecCredential of ${apiVersion}`);
    const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = parsed.data.status;
    if ((token ?? '') === '' && (cert === undefined || key === undefined))
      throw missing(`${command} wrote neither a token nor a certificate`);
    const expires =
      typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.POSITIVE_INFINITY;
    if (Number.isNaN(expires)) throw missing(`${command} wrote an expirationTimestamp that is no time`);
    if (expires <= Date.now())
      throw missing(`${command} wrote a login that ended at ${new Date(expires).toISOString()}`);
    const credential = { token, cert, key };
    this.#known = { credential, expires: expires - marginMs };
    return credential;
  }
}

function defined(entries: readonly (readonly [string, string | undefined])[]): Record<string, string> {
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function parse(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

function missing(reason: string): SealiftError {
  return new SealiftError('KUBERNETES_LOGIN_MISSING', { values: { reason } });
}
