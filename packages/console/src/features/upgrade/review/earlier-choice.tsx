import { type Offer, type ReviewRow } from './review-rows.ts';
import { shownOwnValue } from './row-words.ts';
import { TakeButton } from './take-button.tsx';

interface EarlierChoiceProps {
  row: ReviewRow;
  offer: Offer;
  onUse: () => void;
  disabledBecause: string | undefined;
}

const sides = { current: 'Keep current', incoming: 'Take incoming', base: 'Back to base' } as const;

/** What an earlier answer was, as it may be shown. */
export function offerText({ resolution }: Offer, { decision, layer }: ReviewRow): string {
  return 'take' in resolution ? sides[resolution.take] : shownOwnValue(resolution.value, decision, layer.passwords);
}

/** How the conflict's path was settled in an earlier upgrade; nothing happens until a person takes it. */
export function EarlierChoice({ row, offer, onUse, disabledBecause }: EarlierChoiceProps) {
  return (
    <div className="earlier-choice">
      <TakeButton words="Use earlier choice" path={row.path} disabledBecause={disabledBecause} onTake={onUse} />
      <code>{offerText(offer, row)}</code>
      <span className="quiet">{offer.reason}</span>
    </div>
  );
}
