import { loadTrustedKeys, type TrustSurroundings } from '@sealift/bundle/trusted-keys';
import type { PublicKey } from '@sealift/bundle/minisign';
import type { CliContext } from '../context.ts';

/** What decides which keys are trusted on this machine. A place that others may write is told of once. */
export function trustSurroundings({ env, note }: CliContext): TrustSurroundings {
  const told = new Set<string>();
  return {
    env,
    uid: process.getuid?.() ?? 0,
    warn: ({ message, hint }) => {
      if (!told.has(message)) note(`warning: ${message}\n  fix: ${hint}`);
      told.add(message);
    },
  };
}

/** The trusted keys of this machine. @throws what `listTrustedKeys` throws */
export async function machineKeys(context: CliContext): Promise<readonly PublicKey[]> {
  return await loadTrustedKeys(trustSurroundings(context));
}
