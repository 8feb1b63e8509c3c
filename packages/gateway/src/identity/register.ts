import { gatewayRegisteredSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { programVersion } from '@sealift/core/program-version';
import type { Secret } from '@sealift/core/secret';
import { Agents } from '@sealift/io/http/agents';
import { readBody, readRefusal } from '@sealift/io/http/body';
import type { Environment } from '@sealift/io/http/environment';
import { exchange } from '@sealift/io/http/exchange';
import { makeFolder } from '@sealift/io/make-folder';
import { away, failed, refusal } from '../console/faults.ts';
import { gatewayFolder } from '../folder.ts';
import { changeMemory } from '../memory.ts';
import { thisPlatform } from '../platform.ts';
import { findIdentity, newKeyPair, storeIdentity } from './identity.ts';

const timeoutMs = 30_000;
const maxAnswerBytes = 64 * 1024;

export interface RegisterOptions {
  /** Of the console, without a slash at the end. */
  readonly url: string;
  /** Good for one registration. */
  readonly token: Secret;
  /** The data folder; made where it is missing. */
  readonly folder: string;
  /** Whether an identity that is there already is given up. */
  readonly replace: boolean;
  readonly env: Environment;
  readonly cancel: AbortSignal;
}

/**
 * Registers this machine as a gateway: makes a key pair, hands the public half in with the token, keeps the identity.
 *
 * @throws GATEWAY_REGISTERED_ALREADY, GATEWAY_CONSOLE_AWAY, GATEWAY_CONSOLE_REFUSED, FILE_UNWRITABLE, CANCELLED
 */
export async function registerGateway({ url, token, folder: root, replace, env, cancel }: RegisterOptions) {
  const folder = gatewayFolder(root);
  const before = await findIdentity(folder);
  if (before !== undefined && !replace) {
    const values = { name: before.name, url: before.url, folder: root };
    throw new SealiftError('GATEWAY_REGISTERED_ALREADY', { values, place: folder.identity });
  }
  makeFolder(root, 0o700);
  const keys = newKeyPair();
  const platform = thisPlatform();
  const body = { token: token.reveal(), publicKey: keys.publicKey, platform, version: programVersion };
  const { id, name, site, product } = await askToRegister(url, body, { env, cancel });
  await storeIdentity(folder, { url, id, name, site, ...keys });
  if (product !== null) await changeMemory(folder, { product });
  return { id, name, site };
}

async function askToRegister(url: string, body: object, { env, cancel }: Pick<RegisterOptions, 'env' | 'cancel'>) {
  let text: string;
  try {
    const answer = await exchange(new Agents(env, { keepAlive: false }), {
      method: 'POST',
      url: new URL(`${url}/api/v1/gateway/registration`),
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(body),
      idleTimeoutMs: timeoutMs,
      repeatable: false,
      cancel,
    });
    if (answer.statusCode !== 201) throw refusal(url, answer, await readRefusal(answer));
    text = (
      await readBody(answer, maxAnswerBytes, { idleTimeoutMs: timeoutMs, deadlineMs: timeoutMs, cancel })
    ).toString();
  } catch (error) {
    throw failed(url, error);
  }
  try {
    return gatewayRegisteredSchema.parse(JSON.parse(text));
  } catch (error) {
    throw away(url, 'what answers there is not a console', error);
  }
}
