import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { Secret } from '@sealift/core/secret';
import type { Retry } from '@sealift/io/retry';
import type { Environment } from '@sealift/io/http/environment';
import type { Verification } from '@sealift/io/http/verification';
import type { TrustOptions } from '../connection/trust.ts';
import { element } from '../xml/encode.ts';
import { chooseVersion, oldestVersion, versionOf } from './api-version.ts';
import type { SoapCall } from './call.ts';
import { Channel } from './channel.ts';
import { parseVcenterUrl } from './vcenter-url.ts';
import { nothing, only } from './result.ts';
import { serviceContent, type ServiceContent } from './service-content.ts';

export type { ServiceContent } from './service-content.ts';
export { type SoapCall, type SoapService, vimService, vsanService } from './call.ts';
export { all, maybe, nothing, only } from './result.ts';

/** How to reach a vCenter and log in. */
export interface VcenterOptions extends TrustOptions {
  /** Such as `https://vcenter.example`; a path (`/sdk`, `/ui`) is ignored. */
  readonly url: string;
  readonly username: string;
  readonly password: Secret;
  /** Ends the connecting; calls take their own. */
  readonly cancel?: AbortSignal | undefined;
  /** Proxy and CA variables; the process's own when absent. */
  readonly env?: Environment;
  /** Connections at a time. */
  readonly connections?: number;
  /** Waits before a call is sent again that was answered with a status that passes, in milliseconds. */
  readonly retryDelaysMs?: readonly number[] | undefined;
  /** Told of each call that is about to be sent again. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

const logoutTimeoutMs = 10_000;

/**
 * A session with one vCenter (vSphere Web Services API, SOAP to `/sdk`). A session that has ended is renewed once per call and
 * the call repeated; everything a call reads is bounded.
 *
 * @example
 * await using vcenter = await VcenterClient.connect({ url: 'https://vcenter.example', username, password });
 * const path = await findByPath(vcenter, '/DC0/vm/spectro-templates');
 */
export class VcenterClient implements AsyncDisposable {
  readonly content: ServiceContent;
  /** Spoken on `/sdk`. */
  readonly apiVersion: string;
  readonly env: Environment;
  readonly #channel: Channel;
  readonly #options: VcenterOptions;
  #cookie: string | undefined;
  /** Counts logins: a call that failed in an older session is repeated without another login. */
  #session = 0;
  #renewal: Promise<void> | undefined;

  private constructor(channel: Channel, content: ServiceContent, apiVersion: string, options: VcenterOptions) {
    this.#channel = channel;
    this.content = content;
    this.apiVersion = apiVersion;
    this.#options = options;
    this.env = options.env ?? process.env;
  }

  /**
   * Connects and logs in.
   *
   * @throws VSPHERE_URL_INVALID, VSPHERE_UNREACHABLE, VSPHERE_CERTIFICATE_UNTRUSTED, VSPHERE_THUMBPRINT_MISMATCH,
   *   VSPHERE_ANSWER_INVALID, VSPHERE_NOT_VCENTER, VSPHERE_UNAVAILABLE, VSPHERE_LOGIN_REFUSED, FILE_NOT_FOUND and FILE_UNREADABLE (the CA file), CANCELLED
   */
  static async connect(options: VcenterOptions): Promise<VcenterClient> {
    const url = parseVcenterUrl(options.url);
    const { caFile, ca, thumbprint, connections = 8, env = process.env, cancel, retryDelaysMs, onRetry } = options;
    const channel = await Channel.open({ url, env, connections, caFile, ca, thumbprint, retryDelaysMs, onRetry });
    try {
      const versions = await channel.getDocument('/sdk/vimServiceVersions.xml', cancel);
      const version = versions === undefined ? oldestVersion : chooseVersion(versions);
      const instance = { type: 'ServiceInstance', value: 'ServiceInstance' };
      const about = {
        method: 'RetrieveServiceContent',
        on: instance,
        result: only(serviceContent),
        repeatable: true,
        cancel,
      };
      const { result: content } = await channel.send(about, version, undefined);
      if (content.about.apiType !== 'VirtualCenter') {
        const values = { found: content.about.fullName.slice(0, 200) };
        throw new SealiftError('VSPHERE_NOT_VCENTER', { values, place: url.origin });
      }
      const client = new VcenterClient(channel, content, version, options);
      await client.#login(cancel);
      return client;
    } catch (error) {
      channel.close();
      throw error;
    }
  }

  /** `https://host[:port]/`. */
  get url(): URL {
    return this.#channel.url;
  }

  /** What verifies connections to this vCenter; undefined for plain HTTP, which only the machine itself is spoken to with. */
  get verification(): Verification | undefined {
    return this.#channel.verification;
  }

  /** How many logins there were; what belongs to a session (views, filters, leases) is gone when it has changed. */
  get session(): number {
    return this.#session;
  }

  /**
   * Calls a method. A session that has ended is renewed once and the call repeated, unless it is bound to the session.
   *
   * @throws VSPHERE_… by the type of the fault (its cause is a `VsphereFault`), CANCELLED
   */
  async call<Result>(call: SoapCall<Result>): Promise<Result> {
    const session = this.#session;
    try {
      return (await this.#channel.send(call, this.apiVersion, this.#cookie)).result;
    } catch (error) {
      if (!isSealiftError(error, 'VSPHERE_NOT_AUTHENTICATED')) throw error;
      await this.#renew(session);
      if (call.sessionBound === true) throw error;
      return (await this.#channel.send(call, this.apiVersion, this.#cookie)).result;
    }
  }

  /**
   * Does something that uses views, filters or page tokens, and once more from its beginning when the session ended meanwhile.
   * It must be repeatable as a whole.
   */
  async inSession<Result>(action: () => Promise<Result>): Promise<Result> {
    const session = this.#session;
    try {
      return await action();
    } catch (error) {
      const ended = isSealiftError(error, 'VSPHERE_NOT_AUTHENTICATED') || isSealiftError(error, 'VSPHERE_OBJECT_GONE');
      if (!ended || this.#session === session) throw error;
      return await action();
    }
  }

  /**
   * The version that an endpoint beside `/sdk` speaks, as vCenter lists it; undefined where it lists none.
   *
   * @param path such as `/sdk/vsanServiceVersions.xml`
   * @param namespace such as `urn:vsan`
   */
  async serviceVersion(path: string, namespace: string, cancel?: AbortSignal): Promise<string | undefined> {
    const listed = await this.#channel.getDocument(path, cancel ?? this.#options.cancel);
    return listed === undefined ? undefined : versionOf(listed, namespace);
  }

  /** Logs out and closes the connections; never fails. */
  async close(): Promise<void> {
    const { sessionManager } = this.content;
    if (sessionManager !== undefined && this.#cookie !== undefined) {
      const cancel = AbortSignal.timeout(logoutTimeoutMs);
      const logout = { method: 'Logout', on: sessionManager, result: nothing, cancel };
      // An ended session is as good as logged out, and vCenter ends a forgotten one itself.
      await this.#channel.send(logout, this.apiVersion, this.#cookie).catch(() => undefined);
    }
    this.#cookie = undefined;
    this.#channel.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #renew(session: number): Promise<void> {
    if (this.#session !== session) return;
    this.#renewal ??= this.#login().finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  async #login(cancel?: AbortSignal): Promise<void> {
    const { sessionManager } = this.content;
    if (sessionManager === undefined) {
      throw new SealiftError('VSPHERE_ANSWER_INVALID', { values: { reason: 'it has no session manager' } });
    }
    const { username, password } = this.#options;
    const login = {
      method: 'Login',
      on: sessionManager,
      args: [element('userName', username), element('password', password.reveal())],
      result: nothing,
      // A session that nobody has the cookie of ends by itself.
      idempotent: true,
      cancel,
    };
    // Without the old cookie: a login inside of a session is refused.
    const { cookie } = await this.#channel.send(login, this.apiVersion, undefined);
    if (cookie === undefined) {
      const reason = 'the login set no session cookie';
      throw new SealiftError('VSPHERE_ANSWER_INVALID', { values: { reason }, place: this.url.origin });
    }
    this.#cookie = cookie;
    this.#session += 1;
  }
}
