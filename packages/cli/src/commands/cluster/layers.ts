import { clusterLayersSchema } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';

/** @throws PLATFORM_* */
export async function showLayers({ json }: { readonly json?: true }, context: CliContext): Promise<void> {
  const api = await connect(context);
  const answer = await api.get('/api/v1/cluster/layers', clusterLayersSchema);
  if (json === true) return context.out(JSON.stringify(answer));
  if (answer.layers.length === 0) context.out('The cluster runs no layer that was applied by a console.');
  for (const { layer, pack, version, recorded, wait } of answer.layers) {
    const runs = version ?? 'is not there';
    const other = recorded === version ? '' : `  (recorded: ${recorded ?? 'not'})`;
    const state = wait?.what ?? (version === null ? 'missing' : 'healthy');
    context.out(`${layer}/${pack}  ${runs}${other}  ${state}`);
  }
}
