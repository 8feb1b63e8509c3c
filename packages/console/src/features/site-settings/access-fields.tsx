import { FormGroup, Radio } from '@patternfly/react-core';
import { useId } from 'react';
import { TextField } from '../../components/text-field.tsx';
import type { AccessChoice, AccessForm } from './site-form.ts';
import { TextFileField } from '../../components/text-file-field.tsx';

interface AccessFieldsProps {
  label: string;
  access: AccessForm;
  /** What can be chosen, in words. */
  choices: readonly (readonly [AccessChoice, string])[];
  problem: string | undefined;
  onChange: (change: Partial<AccessForm>) => void;
}

/** Where the access to a cluster comes from. */
export function AccessFields({ label, access, choices, problem, onChange }: AccessFieldsProps) {
  const id = useId();
  return (
    <>
      <FormGroup label={label} role="radiogroup" fieldId={id} isStack>
        {choices.map(([choice, words]) => (
          <Radio
            key={choice}
            id={`${id}-${choice}`}
            name={id}
            label={words}
            isChecked={access.choice === choice}
            onChange={() => onChange({ choice })}
          />
        ))}
        {problem !== undefined && access.choice !== 'kubeconfig' && <p className="field-problem">{problem}</p>}
      </FormGroup>
      {access.choice === 'kubeconfig' && (
        <>
          <TextFileField
            label={`Kubeconfig: ${label}`}
            value={access.text}
            onChange={(text) => onChange({ text })}
            help="One that holds its certificates and login itself: kubectl config view --raw --flatten --minify"
            problem={problem}
          />
          <TextField
            label="Context of it"
            value={access.context}
            onChange={(context) => onChange({ context })}
            autoComplete="off"
            isRequired={false}
            help="Left empty: its current context. Only this one is kept"
          />
        </>
      )}
    </>
  );
}
