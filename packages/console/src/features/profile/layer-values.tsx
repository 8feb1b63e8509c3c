import { Button, Flex, FlexItem, Title, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import type { ProfileLayerView } from '@sealift/core/api';
import { useState } from 'react';
import { useMay } from '../../api/session.ts';
import { CodeView } from '../../components/code-editor.tsx';
import { DiffView } from '../../components/diff-view.tsx';
import { layerTitle } from '../../components/layer-list.tsx';
import { EditValues } from './edit/edit-values.tsx';
import { LayerActions } from './layer-actions.tsx';

interface LayerValuesProps {
  layer: ProfileLayerView & { readonly id: string };
  /** Whether its values are being edited. */
  editing: boolean;
  onEdit: (editing: boolean) => void;
}

/** One layer's values, whole or as the difference to the pack's defaults. */
export function LayerValues({ layer, editing, onEdit }: LayerValuesProps) {
  const [view, setView] = useState<'values' | 'difference'>('values');
  const mayEdit = useMay('platform.values');
  const title = `${layer.displayName} ${layer.version}`;
  return (
    <section className="layer-detail" aria-label={`${layerTitle(layer.layer)}: ${title}`}>
      <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }} alignItems={{ default: 'alignItemsCenter' }}>
        <FlexItem>
          <Title headingLevel="h2" size="lg">
            {title}
          </Title>
          <span className="quiet">
            Pack <code>{layer.pack}</code>, pinned as <code title={layer.digest}>{layer.digest.slice(0, 19)}…</code>
          </span>
        </FlexItem>
        {!editing && (
          <Flex>
            <ToggleGroup aria-label="What is shown">
              <ToggleGroupItem text="Values" isSelected={view === 'values'} onChange={() => setView('values')} />
              <ToggleGroupItem
                text="Difference to default"
                isSelected={view === 'difference'}
                onChange={() => setView('difference')}
              />
            </ToggleGroup>
            <LayerActions layer={layer} />
            {mayEdit && (
              <Button size="sm" onClick={() => onEdit(true)} aria-label={`Edit values of ${layer.displayName}`}>
                Edit
              </Button>
            )}
          </Flex>
        )}
      </Flex>
      {editing ? (
        <EditValues id={layer.id} onClose={() => onEdit(false)} />
      ) : (
        <div className="layer-text">
          {view === 'values' && <CodeView text={layer.currentValues} label={`Values of ${layer.displayName}`} />}
          {view === 'difference' && <Difference layer={layer} />}
        </div>
      )}
    </section>
  );
}

function Difference({ layer }: { layer: ProfileLayerView }) {
  if (layer.baseValues === layer.currentValues) {
    return <p className="nothing">This site runs the pack’s default values unchanged.</p>;
  }
  return (
    <DiffView
      left={{ label: `Default values of ${layer.displayName} ${layer.version}`, text: layer.baseValues }}
      right={{ label: 'Values of this site', text: layer.currentValues }}
    />
  );
}
