import { Label } from '@patternfly/react-core';
import { lifecycle, type UpgradeState } from '@sealift/core/upgrade';

/** An upgrade's state in words. */
export function StateLabel({ state }: { state: UpgradeState }) {
  const { label, tone } = lifecycle[state];
  return (
    <Label isCompact {...(tone === 'neutral' ? {} : { status: tone })}>
      {label}
    </Label>
  );
}
