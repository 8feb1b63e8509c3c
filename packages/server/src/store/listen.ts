import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/**
 * Listens to a channel until cancelled.
 *
 * @throws what ended it
 */
export type Listen = (
  channel: string,
  cancel: AbortSignal,
  told: { readonly ready: () => void; readonly hear: (message: string) => void },
) => Promise<void>;

/** How often the server is asked whether it still hears: a line that was cut in silence would else be listened to for ever. */
const askMs = 10_000;
const answerWithinMs = 10_000;

/** Listens to a channel of a PostgreSQL server, over a connection of its own. */
export function postgresListen(connectionString: string): Listen {
  return async (channel, cancel, { ready, hear }) => {
    const client = new pg.Client({
      connectionString,
      connectionTimeoutMillis: answerWithinMs,
      query_timeout: answerWithinMs,
    });
    // A connection that breaks may say so more than once, and nobody else listens.
    client.on('error', () => undefined);
    const ended = once(client, 'end');
    ended.catch(() => undefined);
    try {
      await client.connect();
      client.on('notification', (message) => hear(message.payload ?? ''));
      await client.query(`listen ${channel}`);
      ready();
      while (!cancel.aborted) {
        await Promise.race([delay(askMs, undefined, { signal: cancel }).catch(() => undefined), ended]);
        if (!cancel.aborted) await client.query('select 1');
      }
    } finally {
      await Promise.race([client.end(), delay(answerWithinMs, undefined, { ref: false })]).catch(() => undefined);
    }
  };
}
