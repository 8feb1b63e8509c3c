import { profileViewSchema } from '@sealift/core/api';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { layerNamed } from './layer-url.ts';

/** Shows the layers of the profile, or the values that one of them runs. */
export async function showProfile(
  named: string | undefined,
  { json }: { json?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const profile = await api.get('/api/v1/profile', profileViewSchema);
  if (named !== undefined) {
    const found = layerNamed(profile, named);
    context.out(json === true ? JSON.stringify(found) : found.currentValues.replace(/\n$/, ''));
    return;
  }
  if (json === true) {
    context.out(JSON.stringify(profile));
    return;
  }
  context.out(`${profile.product} ${profile.version}`);
  for (const { layer, pack, version, customisations } of profile.layers) {
    context.out(`${layer}  ${pack} ${version}  ${customisations} customised`);
  }
}
