import type { Review, Upgrade } from '@sealift/core/api';
import { type ReactNode, useRef } from 'react';
import { useLock } from '../../../api/platform.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { DecisionDetail } from './decision-detail.tsx';
import { EarlierChoicesDialog } from './earlier-choices-dialog.tsx';
import { hopText } from '../hop-text.ts';
import { KeysDialog } from './keys-dialog.tsx';
import { LayerNotices } from '../texts/layer-notices.tsx';
import { NotSavedNotice } from './not-saved-notice.tsx';
import { ReviewToolbar } from './review-toolbar.tsx';
import { ReviewTree } from './review-tree.tsx';
import type { ReviewRow } from './review-rows.ts';
import { toggled, withMore } from './tree-items.ts';
import { useChangeReview } from './use-change-review.ts';
import type { ReviewAddressState } from './use-review-address.ts';

interface ChangeReviewProps {
  upgrade: Upgrade;
  review: Review;
  address: ReviewAddressState;
  /** Whether it is what one looks at, so that keys are meant for it. */
  isActive: boolean;
  viewToggle: ReactNode;
  onShowTexts: ShowTexts;
}

/** Shows a row's place in the three texts; with `edit`, to be edited there. */
export type ShowTexts = (row: ReviewRow, edit: boolean) => void;

/** Every decision of the upgrade in one list; what needs a person first. The one that is looked at stands beside it, in its texts. */
export function ChangeReview({ upgrade, review, address, isActive, viewToggle, onShowTexts }: ChangeReviewProps) {
  const container = useRef<HTMLDivElement>(null);
  const searchField = useRef<HTMLInputElement>(null);
  const state = useChangeReview(upgrade.id, review, { address, isActive, container, searchField });
  const { rows, found, items, opened, setOpened, row, lineAt, filter, answers, dialog } = state;
  const hopOf = (one: Pick<ReviewRow['layer'], 'hop'>): string => hopText(upgrade, one.hop);
  return (
    <div className="change-review" ref={container}>
      <ReviewToolbar
        layers={review.layers}
        nameOf={(layer) => hopOf(layer) + layer.displayName}
        filter={filter}
        onFilter={state.setFilter}
        found={found.length === rows.length ? undefined : found.length}
        settled={state.count.settled}
        conflicts={state.count.all}
        earlier={state.earlier.length}
        onEarlier={() => state.setDialog('earlier')}
        onKeys={() => state.setDialog('keys')}
        searchField={searchField}
        viewToggle={viewToggle}
      />
      {answers.notSaved !== null && <NotSavedNotice notSaved={answers.notSaved} onClose={answers.dismiss} />}
      {review.layers.map((layer) => (
        <LayerNotices key={layer.id} upgradeId={upgrade.id} layer={layer} isNamed />
      ))}
      <div className="review-body">
        <ReviewTree
          items={items}
          opened={opened}
          current={lineAt}
          hopOf={(one) => hopOf(one.layer)}
          hunksOf={state.hunksSettledOf}
          onGo={state.go}
          onToggle={(key, open) => setOpened(toggled(opened, key, open))}
          onMore={(of) => setOpened(withMore(opened, of))}
        />
        {row === undefined ? (
          <p className="nothing">
            {rows.length === 0
              ? 'This release changes no value of any layer.'
              : 'Choose a decision to see it in its text.'}
          </p>
        ) : (
          <Detail
            key={row.key}
            state={state}
            row={row}
            upgrade={upgrade}
            onShowTexts={onShowTexts}
            hop={hopOf(row.layer)}
          />
        )}
      </div>
      <p className="pf-v6-screen-reader" role="status">
        {state.said}
      </p>
      {dialog === 'keys' && (
        <KeysDialog isOn={state.keys.isOn} onSwitch={state.keys.setOn} onClose={() => state.setDialog(undefined)} />
      )}
      {dialog === 'earlier' && (
        <EarlierChoicesDialog
          rows={state.earlier}
          onUse={state.useEarlier}
          onClose={() => state.setDialog(undefined)}
        />
      )}
    </div>
  );
}

interface DetailProps {
  state: ReturnType<typeof useChangeReview>;
  row: ReviewRow;
  upgrade: Upgrade;
  hop: string;
  onShowTexts: ShowTexts;
}

function Detail({ state, row, upgrade, hop, onShowTexts }: DetailProps) {
  const { texts, hunks } = state;
  const lock = useLock();
  return (
    <div className="review-detail">
      {texts.isError && <ErrorNotice error={texts.error} onRetry={() => void texts.refetch()} />}
      <DecisionDetail
        upgradeId={upgrade.id}
        row={row}
        hop={hop}
        texts={texts.data}
        alike={state.alike}
        isAlikeOn={state.isAlikeOn}
        isOwnOpen={state.edited === 'value'}
        hunks={hunks}
        isHunkEdited={state.edited === 'hunk'}
        assembled={state.assembled}
        disabledBecause={lock ?? state.cannotAnswer(row)}
        onAlike={state.setAlikeOn}
        onOwn={(open) => state.edit(open ? 'value' : undefined)}
        onHunkEdit={(open) => state.edit(open ? 'hunk' : undefined)}
        onHunk={state.hunkAnswers.choose}
        onUseHunks={state.hunkAnswers.use}
        onAnswer={(resolution) => state.answer(row, resolution)}
        onShowTexts={(edit) => onShowTexts(row, edit)}
      />
    </div>
  );
}
