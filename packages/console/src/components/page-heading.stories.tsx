import { Button } from '@patternfly/react-core';
import preview from '../../.storybook/preview.tsx';
import { PageHeading } from './page-heading.tsx';

const meta = preview.meta({ component: PageHeading, args: { title: 'Pack Registries' } });

export const Alone = meta.story();
export const WithActions = meta.story({
  args: {
    children: 'Where packs, images and node images come from.',
    actions: <Button>Add a registry</Button>,
  },
});
