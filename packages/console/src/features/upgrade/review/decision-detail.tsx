import { Button, Title } from '@patternfly/react-core';
import type { LayerTexts } from '@sealift/core/api';
import type { HunkChoice } from '@sealift/core/merge';
import { useMemo } from 'react';
import { valueLines } from '../texts/changed-lines.ts';
import { placesOf } from '../texts/places.ts';
import { Choices, type ChoicesProps } from './choices.tsx';
import { type Excerpt, excerptOf } from './excerpts.ts';
import { ExcerptView } from './excerpt-view.tsx';
import { HunkPanel } from './hunks/hunk-panel.tsx';
import { ResultCard } from './result-card.tsx';
import { pathParts, type ReviewRow } from './review-rows.ts';
import { valueOf, winner } from './row-words.ts';
import { SideCard } from './side-card.tsx';
import { TakeButton } from './take-button.tsx';

interface DecisionDetailProps extends ChoicesProps {
  hop: string;
  /** Missing while they are being read. */
  texts: LayerTexts | undefined;
  isHunkEdited: boolean;
  onHunkEdit: (open: boolean) => void;
  onHunk: (choice: HunkChoice) => void;
  onUseHunks: () => void;
  /** Shows the place in the three texts, and edits there where that is wanted. */
  onShowTexts: (edit: boolean) => void;
}

/** One decision where it stands: what the site runs beside what the release brings, what both come from, and what becomes of it. */
export function DecisionDetail(props: DecisionDetailProps) {
  const { row, hop, texts, hunks, disabledBecause, onShowTexts, onAnswer } = props;
  const { decision, layer, path, isOpen } = row;
  const { last, parents } = pathParts(decision);
  const excerpts = useExcerpts(row, texts);
  const isConflict = decision.kind === 'conflict';
  const chosen = isOpen ? undefined : decision.resolvedBy;
  const side = (
    name: 'current' | 'incoming' | 'base',
    title: string,
    about: string,
    words: string,
    hotkey?: string,
  ) => (
    <SideCard
      side={name}
      title={title}
      about={about}
      isChosen={isConflict ? chosen === name : winner(row) === name && name !== 'base'}
      action={
        isConflict && (
          <TakeButton
            words={words}
            path={path}
            {...(hotkey === undefined || hunks.kind === 'hunks' ? {} : { hotkey })}
            isChosen={chosen === name}
            disabledBecause={disabledBecause}
            onTake={() => onAnswer({ path: decision.path, take: name })}
          />
        )
      }
    >
      <ExcerptView excerpt={excerpts?.[name]} label={`${title}, ${path}`} meanwhile={valueOf(decision, name)} />
    </SideCard>
  );
  return (
    <section className="decision-detail" aria-label="Decision" id="decision">
      <header className="decision-heading">
        <div className="decision-title">
          <Title headingLevel="h2" size="lg" title={path}>
            <code className="path-last">{last}</code>{' '}
            {parents !== '' && <span className="path-parents">in {parents}</span>}
          </Title>
          <span className="quiet">
            {hop}
            {layer.displayName} {versions(layer.fromVersion, layer.toVersion)}
          </span>
        </div>
        <div className="decision-ways">
          <Button variant="link" isInline size="sm" onClick={() => onShowTexts(false)}>
            Show in texts
          </Button>
          <Button
            variant="link"
            isInline
            size="sm"
            isDisabled={disabledBecause !== undefined && layer.pasted === null}
            onClick={() => onShowTexts(true)}
          >
            Edit by hand
          </Button>
        </div>
        <p className="reason">{decision.reason}</p>
      </header>
      {isConflict && <Choices {...props} />}
      {hunks.kind === 'secret' && (
        <p className="quiet">This is a secret: it is settled as a whole, as its lines would show it.</p>
      )}
      {hunks.kind === 'hunks' && (
        <>
          <HunkPanel
            row={hunks}
            path={path}
            about={`${props.upgradeId} ${row.key}`}
            isEdited={props.isHunkEdited}
            disabledBecause={disabledBecause}
            onEdit={props.onHunkEdit}
            onChoose={props.onHunk}
            onUse={props.onUseHunks}
          />
          <p className="quiet">Or settle the whole text at once:</p>
        </>
      )}
      <div className="side-cards">
        {side('current', 'Current', runs(layer.fromVersion), 'Keep current', 'c')}
        {side('incoming', 'Incoming', brings(layer.toVersion), 'Take incoming', 'i')}
        {side('base', 'Base', comesFrom(layer.fromVersion), 'Back to base')}
        <ResultCard {...props} excerpt={excerpts?.merged} />
      </div>
    </section>
  );
}

function useExcerpts(row: ReviewRow, texts: LayerTexts | undefined): Record<keyof LayerTexts, Excerpt> | undefined {
  const { decision } = row;
  return useMemo(() => {
    if (texts === undefined) return undefined;
    const by = winner(row);
    const side = by === 'value' || by === 'none' ? undefined : by;
    const places = placesOf(decision, texts, side);
    const of = (name: 'base' | 'current' | 'incoming') =>
      excerptOf(texts[name], valueLines(decision[name], texts[name].text), places[name]);
    return {
      base: of('base'),
      current: of('current'),
      incoming: of('incoming'),
      merged: excerptOf(texts.merged, resultLines(row, texts, places.merged), places.merged),
    };
  }, [row, decision, texts]);
}

/** The lines that the result takes in the merged text. */
function resultLines(row: ReviewRow, texts: LayerTexts, first: number): number[] {
  const by = winner(row);
  if (by === 'none') return [];
  const count =
    by === 'value'
      ? row.answer !== undefined && 'value' in row.answer
        ? row.answer.value.trimEnd().split('\n').length
        : 1
      : valueLines(row.decision[by], texts[by].text).length;
  return Array.from({ length: count }, (_unused, index) => first + index);
}

function versions(from: string | null, to: string | null): string {
  if (from === null) return `new: ${to}`;
  if (to === null) return `${from}, removed`;
  return from === to ? from : `${from} → ${to}`;
}

function runs(version: string | null): string {
  return version === null ? 'not installed yet' : `what runs, ${version}`;
}

function brings(version: string | null): string {
  return version === null ? 'the release removes this pack' : `defaults of ${version}`;
}

function comesFrom(version: string | null): string {
  return version === null ? 'nothing' : `defaults of ${version}`;
}
