import { Radio } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import type { OnFailure } from '@sealift/core/upgrade';
import { useOnFailure } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';

const choices: readonly { value: OnFailure; label: string; description: string }[] = [
  {
    value: 'stop',
    label: 'Stop and wait for a person',
    description: 'Nothing is touched until you have looked. You can then go on, roll back or end it.',
  },
  {
    value: 'roll-back',
    label: 'Roll back by itself',
    description:
      'What was done is taken back, as long as no step was begun that can’t be. Past the point of no return it stops.',
  },
];

/** What a failure does that stops the upgrade: chosen before Confirm, and approved with it. */
export function OnFailureChoice({ upgrade }: { upgrade: Upgrade }) {
  const choose = useOnFailure(upgrade.id);
  const shown = choose.isPending ? choose.variables : upgrade.onFailure;
  return (
    <fieldset className="on-failure">
      <legend>If a step fails</legend>
      {choose.isError && <ErrorNotice error={choose.error} />}
      {choices.map(({ value, label, description }) => (
        <Radio
          key={value}
          id={`on-failure-${value}`}
          name="on-failure"
          label={label}
          description={description}
          isChecked={shown === value}
          isDisabled={choose.isPending}
          onChange={() => choose.mutate(value)}
        />
      ))}
    </fieldset>
  );
}
