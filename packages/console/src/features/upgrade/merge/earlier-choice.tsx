import type { LayerPreview } from '@sealift/core/api';
import { LockedButton } from '../../../components/locked-button.tsx';

export type Offer = LayerPreview['offered'][number];

interface EarlierChoiceProps {
  offer: Offer;
  /** The path, for people. */
  label: string;
  /** An own value as it may be shown. */
  shown: (value: string) => string;
  onUse: () => void;
  disabledBecause: string | undefined;
}

const sides = { current: 'Keep current', incoming: 'Take incoming', base: 'Back to base' } as const;

/** How the conflict's path was settled in an earlier upgrade; nothing happens until a person takes it. */
export function EarlierChoice({ offer, label, shown, onUse, disabledBecause }: EarlierChoiceProps) {
  const { resolution, reason } = offer;
  return (
    <div className="choice">
      <span className="quiet">Earlier choice</span>
      <pre>{'take' in resolution ? sides[resolution.take] : shown(resolution.value)}</pre>
      <LockedButton
        variant="secondary"
        size="sm"
        aria-label={`Use earlier choice: ${label}`}
        onClick={onUse}
        disabledBecause={disabledBecause}
      >
        Use earlier choice
      </LockedButton>
      <span className="quiet">{reason}</span>
    </div>
  );
}
