import { Label } from '@patternfly/react-core';
import type { LayerChange } from '@sealift/core/api';

/** What became of a layer: unchanged, merged, n conflicts. */
export function LayerStateLabel({ layer }: { layer: LayerChange }) {
  switch (layer.state) {
    case 'unchanged':
      return <Label isCompact>unchanged</Label>;
    case 'conflicts':
      return (
        <Label isCompact status="danger">
          {layer.openConflicts} {layer.openConflicts === 1 ? 'conflict' : 'conflicts'}
        </Label>
      );
    case 'merged':
      return (
        <Label isCompact status="success">
          merged{layer.keptCustomisations > 0 && `, ${layer.keptCustomisations} kept`}
        </Label>
      );
    case 'edited':
      return (
        <Label isCompact status="info">
          edited by hand
        </Label>
      );
    case 'added':
      return (
        <Label isCompact color="blue">
          added
        </Label>
      );
    case 'removed':
      return (
        <Label isCompact color="orange">
          removed
        </Label>
      );
  }
}
