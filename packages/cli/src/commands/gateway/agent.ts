import { resolve } from 'node:path';
import { runAgent } from '@sealift/gateway/agent';
import { machineKeys } from '../../client/trust.ts';
import type { CliContext } from '../../context.ts';

/** The process that talks to the console; `sealift gateway run` starts it, and starts it again. */
export async function runGatewayAgent({ data }: { readonly data: string }, context: CliContext): Promise<void> {
  const { env, out, cancel } = context;
  await runAgent({ folder: resolve(data), env, keys: () => machineKeys(context), say: out, cancel });
}
