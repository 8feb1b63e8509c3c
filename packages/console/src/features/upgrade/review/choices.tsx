import type { LayerTexts } from '@sealift/core/api';
import { AlikeChoice } from './alike-choice.tsx';
import { EarlierChoice } from './earlier-choice.tsx';
import { ownStart } from './own-start.ts';
import { OwnValue } from './own-value.tsx';
import type { ShownHunks } from './hunks/use-row-hunks.ts';
import type { Resolution, ReviewRow } from './review-rows.ts';
import { isSecretDecision, shownOwnValue } from './row-words.ts';

export interface ChoicesProps {
  upgradeId: string;
  row: ReviewRow;
  texts: LayerTexts | undefined;
  /** Other open rows about the same. */
  alike: readonly ReviewRow[];
  isAlikeOn: boolean;
  isOwnOpen: boolean;
  /** Keys are meant for the hunk that is looked at, where there are hunks. */
  hunks: ShownHunks;
  disabledBecause: string | undefined;
  /** Settled hunks, put together: what a value of one's own begins with in the place of what runs. */
  assembled?: string | undefined;
  onAlike: (on: boolean) => void;
  onOwn: (open: boolean) => void;
  /** `null` opens the conflict again. */
  onAnswer: (resolution: Resolution | null) => void;
}

/** The answers to a conflict that are not a side's: a value of one's own, an earlier choice; and for how many rows the next one counts. */
export function Choices(props: ChoicesProps) {
  const { upgradeId, row, texts, alike, isAlikeOn, isOwnOpen, disabledBecause, assembled, onAlike, onOwn, onAnswer } =
    props;
  const { decision, layer, path, answer, offer, key } = row;
  const given = answer !== undefined && 'value' in answer ? answer.value : undefined;
  return (
    <div className="choices" role="group" aria-label={`Settle ${path}`}>
      <OwnValue
        key={key}
        path={path}
        about={`${upgradeId} ${key}`}
        isOpen={isOwnOpen}
        start={assembled ?? ownStart(decision, answer, texts)}
        isByKey={props.hunks.kind !== 'hunks'}
        given={given === undefined ? undefined : shownOwnValue(given, decision, layer.passwords)}
        isSecret={isSecretDecision(decision, layer.passwords)}
        disabledBecause={disabledBecause}
        onOpen={() => onOwn(true)}
        onClose={() => onOwn(false)}
        onUse={(value) => onAnswer({ path: decision.path, value })}
      />
      {offer !== undefined && (
        <EarlierChoice
          row={row}
          offer={offer}
          disabledBecause={disabledBecause}
          onUse={() => onAnswer(offer.resolution)}
        />
      )}
      {alike.length > 0 && <AlikeChoice rows={alike} isOn={isAlikeOn} onChange={onAlike} />}
    </div>
  );
}
