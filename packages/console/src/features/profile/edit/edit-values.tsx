import { Button, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import type { LayerValues, LayerValuesCheck } from '@sealift/core/api';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useLayerValues, useStartValues, useValuesCheck } from '../../../api/layer-values.ts';
import { CodeInput, type LineMark } from '../../../components/code-editor.tsx';
import { DiffView } from '../../../components/diff-view.tsx';
import { ErrorNotice, Notice } from '../../../components/error-notice.tsx';
import { withLineEndsOf } from '../../../components/line-ends.ts';
import { LockedButton } from '../../../components/locked-button.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { useDraft } from '../../upgrade/use-draft.ts';
import { CheckedValues } from './checked-values.tsx';
import { FieldsList } from './fields-list.tsx';
import { useSettled } from './use-settled.ts';
import { ValuesHistory } from './values-history.tsx';

const views = { edit: 'Edit', difference: 'Difference to what runs', history: 'History' } as const;
type View = keyof typeof views;
const noPasswords: readonly string[] = [];
const asItRuns: LayerValuesCheck = { problems: [], changes: false };

/** A layer's values, edited beside what its pack says of them; what comes of it is the draft of an upgrade. */
export function EditValues({ id, onClose }: { id: string; onClose: () => void }) {
  const values = useLayerValues(id);
  return (
    <QueryView query={values} what="the values">
      {(data) => <Editor key={data.revision} values={data} onClose={onClose} onReload={() => void values.refetch()} />}
    </QueryView>
  );
}

interface EditorProps {
  values: LayerValues;
  onClose: () => void;
  onReload: () => void;
}

function Editor({ values, onClose, onReload }: EditorProps) {
  const navigate = useNavigate();
  const [view, setView] = useState<View>('edit');
  const [place, setPlace] = useState({ start: undefined as string | undefined, line: 1 });
  const draft = useDraft(`values of ${values.id}`);
  const latest = useRef(draft);
  useEffect(() => {
    latest.current = draft;
  });
  const keep = useCallback((text: string) => latest.current.set(text), []);
  const [first] = useState(draft.text ?? values.values);
  const text = withLineEndsOf(values.values, draft.text ?? values.values);
  const settled = useSettled(text);
  const check = useValuesCheck(values.id, settled);
  const start = useStartValues(values);
  const isRecorded = text === values.values;
  // What is not changed is no worse for not being looked at.
  const checked = isRecorded && check.isError ? asItRuns : check.data;
  const mayRunOthers = isRecorded && settled === text && checked?.changes === true;
  const blocked = checked?.problems.some(({ severity }) => severity === 'block') === true;
  const marks = useMemo(() => {
    const lines = (checked?.problems ?? []).flatMap(({ line }) => (line === null ? [] : [[line, 'conflict'] as const]));
    return new Map<number, LineMark>(lines);
  }, [checked]);
  const close = () => {
    draft.drop();
    onClose();
  };
  const prepare = () =>
    start.mutate(text, {
      onSuccess: ({ id }) => {
        draft.drop();
        void navigate(`/updates/${encodeURIComponent(id)}`);
      },
    });
  return (
    <>
      <ToggleGroup aria-label="What is shown of the edited values">
        {Object.entries(views).map(([name, title]) => (
          <ToggleGroupItem
            key={name}
            text={title}
            isSelected={view === name}
            onChange={() => {
              setPlace({ start: draft.text, line: 1 });
              setView(name as View);
            }}
          />
        ))}
      </ToggleGroup>
      {view === 'edit' && (
        <div className="values-editor">
          <div className="layer-text">
            <CodeInput
              start={place.start ?? first}
              line={place.line}
              label={`New values of ${values.displayName}`}
              onChange={keep}
              passwords={noPasswords}
              marks={marks}
            />
          </div>
          <FieldsList values={values} />
        </div>
      )}
      {view === 'difference' && (
        <div className="layer-text">
          {isRecorded ? (
            <p className="nothing">Nothing is changed yet.</p>
          ) : (
            <DiffView left={{ label: 'Values that run', text: values.values }} right={{ label: 'New values', text }} />
          )}
        </div>
      )}
      {view === 'history' && (
        <ValuesHistory
          values={values}
          onTake={(taken) => {
            draft.set(taken);
            setPlace({ start: taken, line: 1 });
            setView('edit');
          }}
        />
      )}
      <CheckedValues
        check={checked}
        error={isRecorded ? null : check.error}
        isChecking={settled !== text || check.isFetching}
        onLine={(line) => {
          setPlace({ start: draft.text ?? first, line });
          setView('edit');
        }}
      />
      {mayRunOthers && (
        <Notice variant="warning" title="Other values of this layer may run">
          An upgrade to others was ended early, and cannot be taken back. These are recorded: applying them puts them
          back.
        </Notice>
      )}
      {start.isError && <ErrorNotice error={start.error} />}
      <footer className="values-actions">
        <LockedButton
          needs="upgrades.prepare"
          isLoading={start.isPending}
          isDisabled={start.isPending || (isRecorded && !mayRunOthers)}
          disabledBecause={blocked ? 'The values do not fit the pack' : undefined}
          onClick={prepare}
        >
          Look at the change
        </LockedButton>
        <Button variant="link" onClick={close}>
          Cancel
        </Button>
        {start.isError && (
          <Button variant="link" onClick={onReload}>
            Read the values that run again
          </Button>
        )}
        <span className="quiet">Nothing is applied before you confirm. Another open draft is dropped.</span>
      </footer>
    </>
  );
}
