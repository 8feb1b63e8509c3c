import { SealiftError } from '@sealift/core/errors';
import { readNamedFile } from '@sealift/io/read-file';
import { startSimulator } from '@sealift/simulator/process';
import { initialClusterSchema } from '@sealift/simulator/state';
import type { CliContext } from '../../context.ts';

/** A cluster of ten thousand nodes. */
const initialLimitBytes = 16 * 1024 * 1024;

/**
 * Runs the simulator until the context is cancelled.
 *
 * @throws USAGE, FILE_NOT_FOUND, INPUT_INVALID, and what `startSimulator` throws.
 */
export async function runSimulator(
  options: { state: string; listen: string; speed: string; initial?: string },
  context: CliContext,
): Promise<void> {
  const listen = /^(.+):(\d{1,5})$/.exec(options.listen);
  const [, host, port] = listen ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw usage(`--listen ${options.listen} is not an address and a port`);
  const speed = Number(options.speed);
  if (!(speed >= 0.01 && speed <= 100_000)) throw usage(`--speed ${options.speed} is not a factor from 0.01 to 100000`);
  const simulator = await startSimulator({
    stateDir: options.state,
    host,
    port: Number(port),
    speed,
    ...(options.initial === undefined ? {} : { initial: await readInitial(options.initial) }),
  });
  context.out(JSON.stringify({ url: simulator.url, callLog: simulator.callLog, simulated: true }));
  await new Promise<void>((stop) => {
    if (context.cancel.aborted) stop();
    context.cancel.addEventListener('abort', () => stop(), { once: true });
  });
  await simulator.close();
}

async function readInitial(path: string) {
  const text = (await readNamedFile(path, initialLimitBytes)).toString('utf8');
  const invalid = (reason: string, place: string) =>
    new SealiftError('INPUT_INVALID', { place, values: { what: 'the initial cluster', reason } });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(String(error), path);
  }
  const result = initialClusterSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(issue?.message ?? 'it does not have the expected form', `${path}#/${issue?.path.join('/') ?? ''}`);
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
