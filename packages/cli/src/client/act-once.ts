import { randomUUID } from 'node:crypto';
import { isSealiftError, problemSchema } from '@sealift/core/errors';
import { ConnectionFailure } from '@sealift/io/http/failure';
import { pause } from '@sealift/io/pause';

/** What came back of an act. */
interface ActAnswer {
  readonly status: number;
  readonly bytes: Buffer;
}

/** A line that is cut again and again is told of. */
const tries = 4;
/** How often it is asked what became of an act whose answer was lost while the console still worked at it. */
const looks = 60;
const usualPauseMs = 1000;

/**
 * Sends an act until it is answered, with one `Idempotency-Key`: where the line is cut it is sent again, and the console does it once.
 *
 * @param send the request with the value of that header; throws PLATFORM_UNREACHABLE with the failure of the connection as its cause
 * @throws what `send` throws, CANCELLED
 */
export async function actOnce<Answer extends ActAnswer>(
  send: (key: string) => Promise<Answer>,
  { cancel, pauseMs = usualPauseMs }: { readonly cancel?: AbortSignal | undefined; readonly pauseMs?: number } = {},
): Promise<Answer> {
  const key = `"${randomUUID()}"`;
  for (let cuts = 0, asked = 0; ; ) {
    try {
      const answer = await send(key);
      asked += 1;
      if (cuts === 0 || asked > looks || !isUnderWay(answer)) return answer;
    } catch (error) {
      cuts += 1;
      if (!isCut(error) || cuts >= tries) throw error;
    }
    await pause(pauseMs, cancel);
  }
}

function isCut(error: unknown): boolean {
  if (!isSealiftError(error, 'PLATFORM_UNREACHABLE')) return false;
  return error.cause instanceof ConnectionFailure && error.cause.kind === 'cut';
}

function isUnderWay({ status, bytes }: ActAnswer): boolean {
  if (status !== 409) return false;
  try {
    return problemSchema.safeParse(JSON.parse(bytes.toString('utf8'))).data?.code === 'IDEMPOTENCY_UNDER_WAY';
  } catch {
    return false;
  }
}
