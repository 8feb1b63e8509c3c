import './review.css';
import { Button } from '@patternfly/react-core';
import preview from '../../../../.storybook/preview.tsx';
import { texts } from '../../../../test/fixture/texts.ts';
import { excerptOf } from './excerpts.ts';
import { ExcerptView } from './excerpt-view.tsx';
import { SideCard } from './side-card.tsx';

const shown = { text: texts['cni-cni-calico']?.current ?? '', secrets: [] };
const value = <ExcerptView excerpt={excerptOf(shown, [8], 8)} label="Current, podCIDR" meanwhile={undefined} />;

const meta = preview.meta({
  component: SideCard,
  args: { side: 'current' as const, title: 'Current', about: 'this site', isChosen: false, children: value },
});

export const Current = meta.story({ args: { action: <Button size="sm">Keep current</Button> } });
export const Chosen = meta.story({ args: { isChosen: true } });
export const Incoming = meta.story({ args: { side: 'incoming', title: 'Incoming', about: 'release 4.2.13' } });
export const Base = meta.story({ args: { side: 'base', title: 'Base', about: 'release 4.2.12' } });

/** The text does not have the value. */
export const NotThere = meta.story({
  args: { children: <ExcerptView excerpt={excerptOf(shown, [], 8)} label="Current" meanwhile={undefined} /> },
});

/** The text is still being read. */
export const Meanwhile = meta.story({
  args: { children: <ExcerptView excerpt={undefined} label="Current" meanwhile="10.244.0.0/16" /> },
});
