import preview from '../../../.storybook/preview.tsx';
import { pathTo } from '../../../test/fixture/path.ts';
import { PathDrawing } from './path-drawing.tsx';

const meta = preview.meta({ component: PathDrawing });

export const OneHop = meta.story({ args: { path: pathOf('4.2.13') } });
export const TwoHops = meta.story({ args: { path: pathOf('4.3.2') } });

function pathOf(to: string) {
  const { path } = pathTo(to);
  if (path === null) throw new Error(`there is no path to ${to}`);
  return path;
}
