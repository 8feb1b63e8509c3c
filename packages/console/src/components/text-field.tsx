import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { useId } from 'react';

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: 'text' | 'password' | 'datetime-local';
  autoComplete: string;
  /** What is expected, shown always. */
  help?: string;
  /** What is wrong with the value, shown instead of the help. */
  problem?: string | undefined;
  autoFocus?: boolean;
  isRequired?: boolean;
}

/** A labelled input whose help or problem is tied to it for screen readers. */
export function TextField({
  label,
  value,
  onChange,
  type = 'text',
  help,
  problem,
  isRequired = true,
  ...rest
}: TextFieldProps) {
  const id = useId();
  const message = problem ?? help;
  return (
    <FormGroup label={label} isRequired={isRequired} fieldId={id}>
      <TextInput
        id={id}
        type={type}
        value={value}
        isRequired={isRequired}
        onChange={(_event, next) => onChange(next)}
        validated={problem === undefined ? 'default' : 'error'}
        aria-describedby={message === undefined ? undefined : `${id}-help`}
        {...rest}
      />
      {message !== undefined && (
        <FormHelperText id={`${id}-help`}>
          <HelperText isLiveRegion>
            <HelperTextItem variant={problem === undefined ? 'default' : 'error'}>{message}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
