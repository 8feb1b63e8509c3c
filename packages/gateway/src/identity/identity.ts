import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { gatewayNameSchema } from '@sealift/core/gateway';
import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { GatewayFolder } from '../folder.ts';
import { readRecordFile, writeRecordFile } from '../record-file.ts';

const base64url32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const identitySchema = z.object({
  format: z.literal(1),
  /** Of the console, without a slash at the end. */
  url: z.url().max(2000),
  id: z.uuid(),
  name: gatewayNameSchema,
  site: gatewayNameSchema,
  /** An Ed25519 key pair (RFC 8037, section 2). */
  publicKey: base64url32,
  privateKey: base64url32,
});

/** Who a gateway is, and with what it signs. */
export interface Identity {
  readonly url: string;
  readonly id: string;
  readonly name: string;
  readonly site: string;
  readonly key: KeyObject;
}

/** A new key pair; the secret half never leaves the machine. */
export function newKeyPair(): { readonly publicKey: string; readonly privateKey: string } {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { publicKey: x, privateKey: d };
}

/** @throws GATEWAY_NOT_REGISTERED, GATEWAY_STATE_INVALID */
export async function readIdentity(folder: GatewayFolder): Promise<Identity> {
  const found = await findIdentity(folder);
  if (found === undefined) throw new SealiftError('GATEWAY_NOT_REGISTERED', { values: { folder: folder.root } });
  return found;
}

/** Undefined where it has not registered. @throws GATEWAY_STATE_INVALID */
export async function findIdentity(folder: GatewayFolder): Promise<Identity | undefined> {
  const stored = await readRecordFile(folder.identity, identitySchema);
  if (stored === undefined) return undefined;
  const { url, id, name, site, publicKey: x, privateKey: d } = stored;
  try {
    const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x, d }, format: 'jwk' });
    return { url, id, name, site, key };
  } catch (error) {
    const values = { path: folder.identity, reason: 'its key is none' };
    throw new SealiftError('GATEWAY_STATE_INVALID', { values, place: folder.identity, cause: error });
  }
}

/** @throws FILE_UNWRITABLE */
export async function storeIdentity(
  folder: GatewayFolder,
  identity: Omit<z.input<typeof identitySchema>, 'format'>,
): Promise<void> {
  await writeRecordFile(folder.identity, { format: 1, ...identity });
}
