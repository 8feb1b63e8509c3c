import { programVersion } from '@sealift/core/program-version';
import type { CliContext } from '../../../context.ts';

const longMs = 2 ** 30;

/** Stays until it is stopped. What keeps a node from throwing an image away is that something of it runs. */
export async function standBy({ out, cancel }: CliContext): Promise<void> {
  out(`sealift ${programVersion} stands by`);
  if (cancel.aborted) return;
  // A signal alone keeps no process alive.
  const alive = setInterval(() => undefined, longMs);
  await new Promise<void>((done) => {
    cancel.addEventListener('abort', () => done(), { once: true });
  });
  clearInterval(alive);
}
