import { clusterNodesSchema } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';

/** @throws PLATFORM_* */
export async function showNodes({ json }: { readonly json?: true }, context: CliContext): Promise<void> {
  const api = await connect(context);
  const answer = await api.get('/api/v1/cluster/nodes', clusterNodesSchema);
  if (json === true) return context.out(JSON.stringify(answer));
  if (answer.nodes.length === 0) return context.out('The cluster reports no node.');
  for (const { name, role, version, template, ready, message, machine, phase, since } of answer.nodes) {
    const state = ready ? 'ready' : `not ready: ${message}`;
    const about = [
      machine === null || machine === name ? undefined : `machine ${machine}`,
      phase === '' ? undefined : phase,
    ];
    const more = [...about, template, since === null ? undefined : `since ${since}`].filter((one) => one !== undefined);
    context.out(`${name}  ${role}  ${version}  ${state}  (${more.join(', ')})`);
  }
}
