import preview from '../../../.storybook/preview.tsx';
import { profile } from '../../../test/fixture/layers.ts';
import { CustomisedLabel } from './customised-label.tsx';

const meta = preview.meta({ component: CustomisedLabel });

export const Customised = meta.story({ args: { layer: layer('cni-calico') } });
export const Default = meta.story({ args: { layer: layer('harborview') } });

function layer(pack: string) {
  const found = profile('4.2.12').layers.find((one) => one.pack === pack);
  if (found === undefined) throw new Error(`there is no layer ${pack}`);
  return found;
}
