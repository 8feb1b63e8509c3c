import { Moment } from '../../../components/moment.tsx';
import type { ChoicesProps } from './choices.tsx';
import type { Excerpt } from './excerpts.ts';
import { ExcerptView } from './excerpt-view.tsx';
import { resultWord } from './row-words.ts';
import { SideCard } from './side-card.tsx';
import { TakeButton } from './take-button.tsx';

interface ResultCardProps extends Pick<ChoicesProps, 'row' | 'disabledBecause' | 'onAnswer'> {
  excerpt: Excerpt | undefined;
}

/** What will run, and who said so. */
export function ResultCard({ row, excerpt, disabledBecause, onAnswer }: ResultCardProps) {
  const { decision, layer, path, isOpen, isPending } = row;
  const isSettled = decision.kind === 'conflict' && !isOpen && layer.pasted === null;
  const answered = layer.answered.find((one) => one.path === path);
  const isCarried = isSettled && layer.carried.some((one) => JSON.stringify(one) === JSON.stringify(decision.path));
  return (
    <SideCard
      side="result"
      title="Result"
      about={isOpen ? 'the current value, until you decide' : `what will run: ${resultWord(row)}`}
      isChosen={false}
      action={
        isSettled &&
        !isCarried && (
          <TakeButton words="Open again" path={path} disabledBecause={disabledBecause} onTake={() => onAnswer(null)} />
        )
      }
    >
      {isPending ? (
        <p className="excerpt-note" role="status">
          Being saved …
        </p>
      ) : (
        <ExcerptView excerpt={excerpt} label={`Result, ${path}`} meanwhile="…" />
      )}
      {isSettled && answered !== undefined && !isPending && (
        <p className="quiet excerpt-note">
          Settled by {answered.by} <Moment at={answered.at} />
        </p>
      )}
      {isCarried && <p className="quiet excerpt-note">Answered in an earlier hop, and so here.</p>}
    </SideCard>
  );
}
