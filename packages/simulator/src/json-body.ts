import type { IncomingMessage } from 'node:http';
import { SealiftError } from '@sealift/core/errors';
import { refusal } from './cluster.ts';

/** Values of 4,000,000 characters, written as JSON. */
const maxBodyBytes = 16 * 1024 * 1024;

/**
 * Reads a JSON body of bounded size.
 *
 * @throws SIMULATOR_REFUSED for another media type or for text that is not JSON; INPUT_TOO_LARGE.
 */
export async function readJson(message: IncomingMessage): Promise<unknown> {
  if (message.headers['content-type']?.split(';')[0] !== 'application/json') {
    throw refusal('the content type must be application/json');
  }
  const chunks: Buffer[] = [];
  let received = 0;
  // A refusal in the middle must still be answered, so leaving the loop may not end the connection.
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > maxBodyBytes) {
      throw new SealiftError('INPUT_TOO_LARGE', { values: { what: 'the request body', limitBytes: maxBodyBytes } });
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw refusal('the body is not JSON');
  }
}
