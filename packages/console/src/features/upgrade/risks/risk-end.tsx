import { FormGroup, Radio } from '@patternfly/react-core';
import { longestAcceptanceMs } from '@sealift/core/accepted-risk';
import { useId } from 'react';
import { TextField } from '../../../components/text-field.tsx';

/** Until when a risk is accepted, as it is typed: null for as long as the upgrade. */
export type RiskEnd = string | null;

const longestDays = longestAcceptanceMs / 86_400_000;

interface RiskEndFieldProps {
  value: RiskEnd;
  onChange: (value: RiskEnd) => void;
  problem: string | undefined;
}

/** Asks until when a risk is accepted. */
export function RiskEndField({ value, onChange, problem }: RiskEndFieldProps) {
  const id = useId();
  const choice = (words: string, chosen: RiskEnd) => (
    <Radio
      id={`${id}-${words}`}
      name={id}
      label={words}
      isChecked={(value === null) === (chosen === null)}
      onChange={() => onChange(chosen)}
    />
  );
  return (
    <>
      <FormGroup label="It is accepted until" role="radiogroup" fieldId={id} isStack>
        {choice('the upgrade ends', null)}
        {choice('a day and time', '')}
      </FormGroup>
      {value !== null && (
        <TextField
          label="End of the acceptance"
          type="datetime-local"
          value={value}
          onChange={onChange}
          autoComplete="off"
          help={`At most ${longestDays} days ahead. From then on the upgrade cannot be confirmed with it; one that runs goes on`}
          problem={problem}
        />
      )}
    </>
  );
}

/** The end as the API takes it; nothing where it is that of the upgrade. @returns undefined where there is no such time */
export function endOf(value: RiskEnd): { readonly expiresAt?: string } | undefined {
  if (value === null) return {};
  const end = new Date(value);
  return Number.isNaN(end.getTime()) ? undefined : { expiresAt: end.toISOString() };
}
