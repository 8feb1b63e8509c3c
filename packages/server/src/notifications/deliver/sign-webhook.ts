import { createHmac } from 'node:crypto';
import type { Secret } from '@sealift/core/secret';

/**
 * The headers that prove who sends a request and when: HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks 1.0.0, "Signature scheme").
 *
 * @param key `whsec_` and Base64
 */
export function signatureHeaders(key: Secret, id: string, at: Date, body: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const bytes = Buffer.from(key.reveal().replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', bytes).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
