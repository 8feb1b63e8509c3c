import { Button } from '@patternfly/react-core';
import type { ProfileLayerView } from '@sealift/core/api';
import { useState } from 'react';
import { copyText, saveBlob } from '../../components/save-text.ts';

/** Copies a layer's values to the clipboard, or saves them as a file. */
export function LayerActions({ layer }: { layer: ProfileLayerView }) {
  const [copied, setCopied] = useState<boolean>();
  const copy = () => void copyText(layer.currentValues).then(setCopied);
  const save = () =>
    saveBlob(
      `${layer.layer}-${layer.pack}-${layer.version}.yaml`,
      new Blob([layer.currentValues], { type: 'application/yaml' }),
    );
  return (
    <span className="layer-actions">
      <Button variant="secondary" size="sm" onClick={copy} aria-label={`Copy values of ${layer.displayName}`}>
        Copy
      </Button>
      <Button variant="secondary" size="sm" onClick={save} aria-label={`Export values of ${layer.displayName}`}>
        Export
      </Button>
      <span role="status" className="quiet">
        {copied === true && 'Copied'}
        {copied === false && 'The browser refused to copy: choose Export instead'}
      </span>
    </span>
  );
}
