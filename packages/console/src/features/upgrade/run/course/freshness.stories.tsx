import '../run.css';
import { courseAt } from '../../../../../.storybook/made-up-upgrade.ts';
import preview from '../../../../../.storybook/preview.tsx';
import { Freshness } from './freshness.tsx';

const { course } = courseAt(3);

const meta = preview.meta({ component: Freshness, args: { course } });

/** Nothing is said. */
export const OfNow = meta.story({ args: { unheardMs: null } });
export const Unheard = meta.story({ args: { unheardMs: 75_000 } });
