import { Button, FormFieldGroup, FormFieldGroupHeader, FormGroup, Radio } from '@patternfly/react-core';
import type { ProposedLayer } from '@sealift/core/api';
import { useId } from 'react';
import { TextFileField } from '../../components/text-file-field.tsx';
import { isOpen, type LayerAnswer, placeOf } from './answers.ts';

/** As much as the server takes of one layer. */
const longestBytes = 4_000_000;

interface LayerQuestionProps {
  layer: ProposedLayer;
  answer: LayerAnswer | undefined;
  /** Undefined takes the answer back. */
  onAnswer: (answer: LayerAnswer | undefined) => void;
}

/** Asks what a layer runs: what its pack brings, or a file that the site keeps. */
export function LayerQuestion({ layer, answer, onAnswer }: LayerQuestionProps) {
  const id = useId();
  const place = placeOf(layer);
  const given = answer?.runs === 'values' ? answer.values : '';
  return (
    <FormFieldGroup
      header={
        <FormFieldGroupHeader
          titleText={{ text: place, id: `${id}-title` }}
          titleDescription={isOpen(layer) ? 'Nothing in the cluster tells its values.' : undefined}
          actions={
            answer !== undefined && (
              <Button
                variant="link"
                aria-label={`Take back what you say of ${place}`}
                onClick={() => onAnswer(undefined)}
              >
                Take back
              </Button>
            )
          }
        />
      }
    >
      <FormGroup role="radiogroup" isStack label={`What does ${place} run?`} fieldId={id}>
        <Radio
          id={`${id}-defaults`}
          name={id}
          label={`The defaults of ${layer.pack} ${layer.version}`}
          isChecked={answer?.runs === 'defaults'}
          onChange={() => onAnswer({ runs: 'defaults' })}
        />
        <Radio
          id={`${id}-values`}
          name={id}
          label="Values that I give"
          isChecked={answer?.runs === 'values'}
          onChange={() => onAnswer({ runs: 'values', values: given })}
        />
      </FormGroup>
      {answer?.runs === 'values' && (
        <TextFileField
          label={`Values of ${place}`}
          value={answer.values}
          onChange={(values) => onAnswer({ runs: 'values', values })}
          help="The whole values.yaml that the site runs. Where the cluster tells them too, both have to be the same."
          longestBytes={longestBytes}
        />
      )}
    </FormFieldGroup>
  );
}
