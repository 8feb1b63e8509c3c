import {
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
} from '@patternfly/react-core';
import { useId } from 'react';

interface SelectFieldProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
  help?: string;
}

/** A labelled choice of one. */
export function SelectField<Value extends string>({ label, value, choices, onChange, help }: SelectFieldProps<Value>) {
  const id = useId();
  return (
    <FormGroup label={label} isRequired fieldId={id}>
      <FormSelect
        id={id}
        value={value}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        onChange={(_event, next) => {
          const chosen = choices.find(([choice]) => choice === next);
          if (chosen !== undefined) onChange(chosen[0]);
        }}
      >
        {choices.map(([choice, words]) => (
          <FormSelectOption key={choice} value={choice} label={words} />
        ))}
      </FormSelect>
      {help !== undefined && (
        <FormHelperText id={`${id}-help`}>
          <HelperText>
            <HelperTextItem>{help}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
