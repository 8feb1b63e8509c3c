import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { signatureBase, signedHeaders } from '@sealift/core/gateway';
import { gatewayPlatform } from '../../../packages/server/src/testing/push-release.ts';
import type { PreflightSite } from './preflight-site.ts';

/** A gateway that registers, and reports as its agent does. */
export class SampleGateway {
  readonly #site: PreflightSite;
  readonly #id: string;
  readonly #key: KeyObject;
  #sequence = 0;

  private constructor(site: PreflightSite, id: string, key: KeyObject) {
    this.#site = site;
    this.#id = id;
    this.#key = key;
  }

  /** @param version that it runs */
  static async register(site: PreflightSite, name: string, version: string): Promise<SampleGateway> {
    const { body } = await site.call('POST', '/gateways/invites', { name, site: 'main' });
    const { privateKey } = generateKeyPairSync('ed25519');
    const publicKey = privateKey.export({ format: 'jwk' }).x;
    const given = { token: body.token, publicKey, platform: gatewayPlatform, version };
    const registered = await site.call('POST', '/gateway/registration', given);
    return new SampleGateway(site, String(registered.body.id), privateKey);
  }

  async report(version: string): Promise<void> {
    const nothing = { executable: null, proof: null, swap: null, failure: null, trouble: null };
    const body = { version, platform: gatewayPlatform, ...nothing };
    this.#sequence += 1;
    const request = {
      method: 'POST',
      path: '/api/v1/gateway/report',
      query: '?',
      contentDigest: `sha-256=:${createHash('sha256').update(JSON.stringify(body)).digest('base64')}:`,
      sequence: this.#sequence,
      gatewayId: this.#id,
    };
    const signature = sign(null, Buffer.from(signatureBase(request)), this.#key).toString('base64');
    const headers = { authorization: '', ...signedHeaders(request, signature) };
    const answer = await this.#site.platform.call('POST', '/gateway/report', body, headers);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  }
}
