import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextArea } from '@patternfly/react-core';
import { useId } from 'react';

interface LinesFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  help: string;
  problem?: string | undefined;
  isRequired?: boolean;
}

/** A labelled field of several lines. */
export function LinesField({ label, value, onChange, help, problem, isRequired = false }: LinesFieldProps) {
  const id = useId();
  return (
    <FormGroup label={label} isRequired={isRequired} fieldId={id}>
      <TextArea
        id={id}
        value={value}
        onChange={(_event, next) => onChange(next)}
        rows={4}
        resizeOrientation="vertical"
        validated={problem === undefined ? 'default' : 'error'}
        aria-describedby={`${id}-help`}
        className="mono"
      />
      <FormHelperText id={`${id}-help`}>
        <HelperText isLiveRegion>
          <HelperTextItem variant={problem === undefined ? 'default' : 'error'}>{problem ?? help}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
