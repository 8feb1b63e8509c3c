import { resolve } from 'node:path';
import { issuedKubeconfigSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';

/** @throws USAGE, FILE_UNWRITABLE, PLATFORM_* */
export async function saveKubeconfig(
  options: { readonly output: string; readonly hours: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const hours = Number(options.hours);
  if (!Number.isInteger(hours) || hours < 1 || hours > 24) {
    const reason = `--hours ${options.hours} is no whole number from 1 to 24`;
    throw new SealiftError('USAGE', { values: { reason }, place: '--hours' });
  }
  const api = await connect(context);
  const issued = await api.post('/api/v1/cluster/kubeconfig', { hours }, issuedKubeconfigSchema);
  const path = resolve(options.output);
  await writeFileAtomically(path, issued.kubeconfig, 0o600);
  const { server, expiresAt } = issued;
  if (options.json === true) context.out(JSON.stringify({ path, server, expiresAt }));
  else context.out(`${path}  ${server}, until ${expiresAt}`);
}
