import { Button } from '@patternfly/react-core';
import type { LayerHistory, LayerValues } from '@sealift/core/api';
import { upgradeText } from '@sealift/core/upgrade';
import { useState } from 'react';
import { Link } from 'react-router';
import { useLayerHistory } from '../../../api/layer-values.ts';
import { DiffView } from '../../../components/diff-view.tsx';
import { Moment, momentText } from '../../../components/moment.tsx';
import { QueryView } from '../../../components/query-view.tsx';

type Entry = LayerHistory['entries'][number];

/** What the layer ran before, each beside what it runs now; any of them can be edited again. */
export function ValuesHistory({ values, onTake }: { values: LayerValues; onTake: (text: string) => void }) {
  const history = useLayerHistory(values.id);
  const [chosen, setChosen] = useState<string>();
  return (
    <QueryView query={history} what="the history">
      {({ pages }) => {
        const entries = pages.flatMap((page) => page.entries);
        const shown = entries.find(({ upgrade }) => upgrade === chosen) ?? entries[0];
        if (shown === undefined) return <p className="nothing">No upgrade has changed this layer yet.</p>;
        return (
          <div className="values-history">
            <ul aria-label="Earlier values">
              {entries.map((entry) => (
                <li key={entry.upgrade}>
                  <Button
                    variant="link"
                    isInline
                    aria-current={entry === shown ? 'true' : undefined}
                    onClick={() => setChosen(entry.upgrade)}
                  >
                    Until <Moment at={entry.until} />
                  </Button>{' '}
                  <Until entry={entry} />
                </li>
              ))}
              {history.hasNextPage && (
                <li>
                  <Button
                    variant="link"
                    isLoading={history.isFetchingNextPage}
                    onClick={() => void history.fetchNextPage()}
                  >
                    Older
                  </Button>
                </li>
              )}
            </ul>
            <Shown entry={shown} values={values} onTake={onTake} />
          </div>
        );
      }}
    </QueryView>
  );
}

function Until({ entry }: { entry: Entry }) {
  return (
    <span className="quiet">
      pack {entry.packVersion}; then{' '}
      <Link to={`/updates/${encodeURIComponent(entry.upgrade)}`}>{upgradeText(entry)}</Link> by {entry.confirmedBy}
    </span>
  );
}

function Shown({ entry, values, onTake }: { entry: Entry; values: LayerValues; onTake: (text: string) => void }) {
  if (entry.values === values.values) return <p className="nothing">These are the values that run now.</p>;
  return (
    <>
      <Button variant="secondary" size="sm" onClick={() => onTake(entry.values)}>
        Edit these values
      </Button>
      <div className="layer-text">
        <DiffView
          left={{ label: `Values until ${momentText(entry.until)}`, text: entry.values }}
          right={{ label: 'Values that run', text: values.values }}
        />
      </div>
    </>
  );
}
