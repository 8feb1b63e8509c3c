import preview from '../../../../.storybook/preview.tsx';
import { RollbackLabel } from './rollback-label.tsx';

const meta = preview.meta({ component: RollbackLabel });

export const Reversible = meta.story({ args: { rollback: 'reversible' } });
export const Restorable = meta.story({ args: { rollback: 'restorable' } });
export const OneWay = meta.story({ args: { rollback: 'one-way' } });
