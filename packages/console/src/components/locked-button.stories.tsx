import preview, { type Surroundings } from '../../.storybook/preview.tsx';
import { LockedButton } from './locked-button.tsx';

const meta = preview.meta({ component: LockedButton, args: { children: 'Update', needs: 'upgrades.prepare' } });

export const Allowed = meta.story();

export const RoleDoesNotAllow = meta.story({
  parameters: { api: (api) => void (api.role = 'viewer') } satisfies Surroundings,
});

export const LockedByUpgrade = meta.story({
  parameters: { api: (api) => void (api.progress = 3) } satisfies Surroundings,
});

export const AnotherReason = meta.story({ args: { disabledBecause: 'One conflict is open' } });
