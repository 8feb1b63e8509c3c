import './hunks.css';
import { Button, Title } from '@patternfly/react-core';
import { AngleLeftIcon, AngleRightIcon } from '@patternfly/react-icons';
import { type HunkChoice, hunkResult, ownHunk, typedHunk } from '@sealift/core/merge';
import type { ReactNode } from 'react';
import { ErrorNotice, Notice } from '../../../../components/error-notice.tsx';
import { SideCard } from '../side-card.tsx';
import { TakeButton } from '../take-button.tsx';
import { HunkEditor } from './hunk-editor.tsx';
import { HunkText } from './hunk-text.tsx';
import { choiceWord, linesAround, startOf } from './hunk-words.ts';
import type { RowHunks } from './use-row-hunks.ts';

interface HunkPanelProps {
  row: RowHunks;
  /** The path, for people. */
  path: string;
  /** What typed lines are kept as. */
  about: string;
  isEdited: boolean;
  disabledBecause: string | undefined;
  onEdit: (open: boolean) => void;
  onChoose: (choice: HunkChoice) => void;
  /** Saves what is settled. */
  onUse: () => void;
}

/** A long text, one change after the other: what is not settled stays open, and the text is saved once nothing is. */
export function HunkPanel({ row, path, about, isEdited, disabledBecause, onEdit, onChoose, onUse }: HunkPanelProps) {
  const { hunks, choices, all, open, at, broken, goTo } = row;
  const hunk = hunks[at];
  if (hunk === undefined) return null;
  const nth = all.indexOf(at) + 1;
  const merged = hunks.filter(({ by }) => by !== 'nobody' && by !== 'asked').length;
  const choice = choices.get(at);
  const start = startOf(row);
  const around = linesAround(row);
  const named = `hunk ${nth} of ${path}`;
  const side = (name: 'current' | 'incoming' | 'base', title: string, words: string, hotkey?: string) => (
    <SideCard
      side={name}
      title={title}
      about={linesAt(hunk[name], start[name])}
      isChosen={choice === name}
      label={`${title} in this hunk`}
      action={
        <TakeButton
          words={words}
          path={named}
          {...(hotkey === undefined ? {} : { hotkey })}
          isChosen={choice === name}
          disabledBecause={disabledBecause}
          onTake={() => onChoose(name)}
        />
      }
    >
      <HunkText
        text={hunk[name]}
        first={start[name]}
        label={`${title}, ${named}`}
        {...(name === 'base' ? {} : { against: hunk[name === 'current' ? 'incoming' : 'current'] })}
        is={name === 'incoming' ? 'right' : 'left'}
      />
    </SideCard>
  );
  return (
    <section className="hunks" aria-label="Hunks">
      <header className="hunks-heading">
        <Title headingLevel="h3" size="md">
          Hunk {nth} of {all.length}
        </Title>
        <span className="quiet">
          {all.length - open.length} settled
          {merged > 0 &&
            `, ${merged} other ${merged === 1 ? 'change' : 'changes'} merged by ${merged === 1 ? 'itself' : 'themselves'}`}
        </span>
        <span className="hunk-steps">
          <Step to={all[nth - 2]} label="Previous hunk" icon={<AngleLeftIcon />} onGo={goTo} />
          <Step to={all[nth]} label="Next hunk" icon={<AngleRightIcon />} onGo={goTo} />
        </span>
      </header>
      <KeptNotice row={row} />
      {broken !== undefined && (
        <Notice variant="warning" title={`Put together like this, the text is no ${broken} any more`}>
          Nothing was saved. Decide otherwise in a hunk, or give the whole text as a value of your own.
        </Notice>
      )}
      {open.length === 0 && broken === undefined && (
        <div className="hunks-settled">
          <TakeButton words="Use the settled text" path={path} disabledBecause={disabledBecause} onTake={onUse} />
          <span className="quiet">Every hunk is settled, and the text is not saved.</span>
        </div>
      )}
      <Context lines={around.above} />
      <div className="side-cards">
        {side('current', 'Current', 'Keep current', 'c')}
        {side('incoming', 'Incoming', 'Take incoming', 'i')}
        {side('base', 'Base', 'Back to base')}
        <SideCard
          side="result"
          title="Result"
          about={choice === undefined ? 'open' : choiceWord(choice)}
          isChosen={typeof choice === 'object'}
          label="Result of this hunk"
          action={
            !isEdited && (
              <TakeButton
                words="Own lines"
                path={named}
                hotkey="e"
                disabledBecause={disabledBecause}
                onTake={() => onEdit(true)}
              />
            )
          }
        >
          {isEdited ? (
            <HunkEditor
              key={at}
              start={typedHunk(hunkResult(hunk, choice))}
              about={`${about} hunk ${at}`}
              label={`Lines for ${named}`}
              onUse={(typed) => onChoose(ownHunk(typed, hunks, at))}
              onClose={() => onEdit(false)}
            />
          ) : choice === undefined ? (
            <p className="quiet excerpt-note">The current lines, until you decide.</p>
          ) : (
            <HunkText text={hunkResult(hunk, choice)} label={`Result, ${named}`} />
          )}
        </SideCard>
      </div>
      <Context lines={around.below} />
    </section>
  );
}

/** What does not count any more of what was settled, and what is not saved. */
function KeptNotice({ row: { dropped, unsaved, trouble } }: { row: RowHunks }) {
  const hunks = (count: number) => (count === 1 ? '1 hunk' : `${count} hunks`);
  return (
    <>
      {dropped > 0 && (
        <Notice
          variant="warning"
          title={`This text is another one since ${hunks(dropped)} of it ${was(dropped)} settled`}
        >
          They do not count any more: look at each hunk again.
        </Notice>
      )}
      {trouble !== undefined && <ErrorNotice error={trouble} />}
      {trouble !== undefined && unsaved > 0 && (
        <p className="quiet">{hunks(unsaved)} kept in this window alone, and saved with the next one.</p>
      )}
    </>
  );
}

function was(count: number): string {
  return count === 1 ? 'was' : 'were';
}

interface StepProps {
  to: number | undefined;
  label: string;
  icon: ReactNode;
  onGo: (index: number) => void;
}

function Step({ to, label, icon, onGo }: StepProps) {
  return (
    <Button
      variant="plain"
      size="sm"
      aria-label={label}
      icon={icon}
      // Focus stays where it is at either end.
      isAriaDisabled={to === undefined}
      onClick={() => to !== undefined && onGo(to)}
    />
  );
}

function Context({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return <pre className="hunk-context">{lines.join('\n')}</pre>;
}

function linesAt(text: string, first: number): string {
  const count = text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
  if (count === 0) return `nothing, before line ${first}`;
  return count === 1 ? `line ${first}` : `lines ${first} to ${first + count - 1}`;
}
