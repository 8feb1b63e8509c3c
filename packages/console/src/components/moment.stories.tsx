import preview from '../../.storybook/preview.tsx';
import { Moment } from './moment.tsx';

const meta = preview.meta({ component: Moment });

export const Past = meta.story({ args: { at: '2026-11-23T00:20:00.000Z' } });
