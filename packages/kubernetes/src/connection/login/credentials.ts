import { createPrivateKey, X509Certificate } from 'node:crypto';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import type { Credential, RequestLogin } from './credential.ts';
import { ExecPlugin, type ExecPluginOptions } from './exec-plugin.ts';
import { invalidConfig } from './invalid-config.ts';
import type { KubeconfigUser } from './kubeconfig-schema.ts';
import { readSmallFile } from './small-file.ts';

/** The login of one user of a kubeconfig. Files are read for each request, so that what is renewed on disk is used at once. */
export class Credentials {
  readonly #user: KubeconfigUser;
  readonly #name: string;
  readonly #plugin: ExecPlugin | undefined;
  /** A file is read while it is being written now and then; what it held before goes on until then. */
  #token: string | undefined;
  #pair: { readonly cert: string; readonly key: string } | undefined;

  /**
   * @param name how people call the user
   * @throws KUBERNETES_CONFIG_INVALID for a kind of login that is not supported: none is left out in silence
   */
  constructor(user: KubeconfigUser, name: string, exec: ExecPluginOptions) {
    refuseUnsupported(user, name);
    this.#user = user;
    this.#name = name;
    this.#plugin = user.exec === undefined || user.exec === null ? undefined : new ExecPlugin(user.exec, exec);
  }

  /** How to log in now. @throws KUBERNETES_LOGIN_MISSING */
  async current(): Promise<RequestLogin> {
    const { cert, key, token } = { ...(await this.#certificate()), ...definedOf(await this.#plugin?.credential()) };
    const bearer = await this.#bearer(token);
    const { username, password, as, 'as-uid': uid } = this.#user;
    const basic = Buffer.from(`${username ?? ''}:${password ?? ''}`, 'utf8').toString('base64');
    const headers = {
      ...((username ?? '') === '' ? {} : { authorization: `Basic ${basic}` }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${this.#headerText(bearer, 'token')}` }),
      ...((as ?? '') === '' ? {} : { 'impersonate-user': this.#headerText(as ?? '', 'name to act as') }),
      ...((uid ?? '') === '' ? {} : { 'impersonate-uid': this.#headerText(uid ?? '', 'uid to act as') }),
    };
    return { headers, cert, key };
  }

  /** The server did not accept the login: what was kept of it is let go. */
  forget(): void {
    this.#plugin?.forget();
    this.#token = undefined;
    this.#pair = undefined;
  }

  /** Ends what goes on for a login. */
  close(): void {
    this.#plugin?.stop();
  }

  /** What a person can do about a login that is not accepted. */
  remedy(login: RequestLogin): string {
    const expired = login.cert === undefined ? undefined : expiredSince(login.cert);
    if (expired !== undefined) return `The client certificate of ${this.#name} ended at ${expired}: renew it.`;
    if (this.#plugin !== undefined)
      return `Run ${this.#plugin.command} by hand, log in with it anew, then run this again.`;
    const { tokenFile } = this.#user;
    if (tokenFile !== undefined)
      return `The token in ${tokenFile} is of another cluster, or has ended: put a new one there.`;
    return `The login of ${this.#name} has ended or is of another cluster: get a new kubeconfig.`;
  }

  async #certificate(): Promise<Credential> {
    const cert = await this.#pem('client-certificate');
    const key = await this.#pem('client-key');
    if (cert === undefined && key === undefined) return {};
    if (cert === undefined || key === undefined)
      throw this.#missing('has a client certificate without its key, or a key without it');
    // Looked at for every request, and it takes a millisecond to read a certificate and its key.
    if (this.#pair?.cert === cert && this.#pair.key === key) return this.#pair;
    const problem = pairProblem(cert, key);
    if (problem === undefined) this.#pair = { cert, key };
    else if (this.#pair === undefined) throw this.#missing(problem);
    return this.#pair ?? {};
  }

  async #pem(name: 'client-certificate' | 'client-key'): Promise<string | undefined> {
    const data = this.#user[`${name}-data`];
    if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8');
    const path = this.#user[name];
    return path === undefined ? undefined : await this.#read(path);
  }

  async #bearer(handedOut: string | undefined): Promise<string | undefined> {
    if (handedOut !== undefined && handedOut !== '') return handedOut;
    const { token, tokenFile } = this.#user;
    if (tokenFile === undefined) return token === '' ? undefined : token;
    const read = (
      await this.#read(tokenFile).catch((error: unknown) => {
        if (this.#token === undefined) throw error;
        return '';
      })
    ).trim();
    if (read !== '') this.#token = read;
    else if (this.#token === undefined) throw this.#missing(`has an empty token file ${tokenFile}`);
    return this.#token;
  }

  async #read(path: string): Promise<string> {
    try {
      return await readSmallFile(path);
    } catch (error) {
      throw this.#missing(`has a file that cannot be read: ${reasonOf(error)}`);
    }
  }

  /** A header of HTTP can't hold everything, and what says so would show it. */
  #headerText(value: string, what: string): string {
    if (/^[\x20-\x7e]+$/.test(value)) return value;
    throw this.#missing(`has a ${what} with characters that cannot be sent`);
  }

  #missing(reason: string): SealiftError {
    return new SealiftError('KUBERNETES_LOGIN_MISSING', { values: { reason: `${this.#name} ${reason}` } });
  }
}

function definedOf(credential: Credential | undefined): Credential {
  const { token, cert, key } = credential ?? {};
  return {
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
}

function refuseUnsupported(user: KubeconfigUser, name: string): void {
  const provider = user['auth-provider'];
  if (provider !== undefined && provider !== null) {
    throw invalidConfig(
      `${name} logs in through the auth-provider ${JSON.stringify(provider.name)}; use a credential plugin (exec) for it`,
    );
  }
  if ((user['as-groups'] ?? []).length > 0 || (user['as-user-extra'] ?? null) !== null) {
    throw invalidConfig(
      `${name} acts as groups or with extra fields (as-groups, as-user-extra), which is not supported`,
    );
  }
}

function pairProblem(cert: string, key: string): string | undefined {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
      ? undefined
      : 'has a client key that is not of its certificate';
  } catch {
    return 'has a client certificate or a client key that is none in PEM form';
  }
}

function expiredSince(cert: string): string | undefined {
  try {
    const { validTo } = new X509Certificate(cert);
    const end = Date.parse(validTo);
    return end < Date.now() ? new Date(end).toISOString() : undefined;
  } catch {
    return undefined;
  }
}
