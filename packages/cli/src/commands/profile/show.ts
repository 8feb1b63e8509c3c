import { profileViewSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';

/** Shows the layers of the profile, or the values that one of them runs. */
export async function showProfile(
  named: string | undefined,
  { json }: { json?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const profile = await api.get('/api/v1/profile', profileViewSchema);
  if (named !== undefined) {
    const layers = profile.layers.filter(({ layer, pack }) => layer === named || pack === named);
    const [found] = layers;
    if (found === undefined || layers.length > 1) {
      const names = (layers.length > 1 ? layers : profile.layers).map(({ pack }) => pack).join(', ');
      const reason = `${found === undefined ? 'no layer is' : 'several layers are'} named ${JSON.stringify(named)}; there are ${names}`;
      throw new SealiftError('USAGE', { values: { reason }, place: named });
    }
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
