import { Label } from '@patternfly/react-core';
import type { ProfileLayerView } from '@sealift/core/api';

/** Whether, and in how many places, the site changed the layer's values. */
export function CustomisedLabel({ layer }: { layer: ProfileLayerView }) {
  if (!layer.customised) {
    return (
      <Label isCompact color="grey">
        default
      </Label>
    );
  }
  return (
    <Label isCompact color="teal">
      customised ({layer.customisations})
    </Label>
  );
}
