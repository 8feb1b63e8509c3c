import { Button, FormSelect, FormSelectOption, SearchInput } from '@patternfly/react-core';
import type { ReviewedLayer } from '@sealift/core/api';
import type { ReactNode, RefObject } from 'react';
import { LockedButton } from '../../../components/locked-button.tsx';
import type { RowFilter } from './search-rows.ts';

interface ReviewToolbarProps {
  layers: readonly ReviewedLayer[];
  nameOf: (layer: ReviewedLayer) => string;
  filter: RowFilter;
  onFilter: (filter: RowFilter) => void;
  /** How many rows are left, where not all are shown. */
  found: number | undefined;
  settled: number;
  conflicts: number;
  earlier: number;
  onEarlier: () => void;
  onKeys: () => void;
  searchField: RefObject<HTMLInputElement | null>;
  viewToggle: ReactNode;
}

/** What is searched for and in which layer, how far one is, and what settles many rows at once. */
export function ReviewToolbar(props: ReviewToolbarProps) {
  const { layers, nameOf, filter, onFilter, found, settled, conflicts, earlier, onEarlier, onKeys, searchField } =
    props;
  const { viewToggle } = props;
  return (
    <div className="review-toolbar" role="group" aria-label="Filter and progress">
      <SearchInput
        ref={searchField}
        className="review-search"
        aria-label="Search decisions"
        placeholder="Search paths, layers, values"
        value={filter.search}
        onChange={(_event, search) => onFilter({ ...filter, search })}
        onClear={() => onFilter({ ...filter, search: '' })}
        {...(found === undefined ? {} : { resultsCount: found })}
      />
      <FormSelect
        className="review-layer"
        aria-label="Layer"
        value={filter.layer ?? ''}
        onChange={(_event, layer) => onFilter({ ...filter, layer: layer === '' ? undefined : layer })}
      >
        <FormSelectOption value="" label={`All ${layers.length} layers`} />
        {layers.map((layer) => (
          <FormSelectOption key={layer.id} value={layer.id} label={labelOf(layer, nameOf(layer))} />
        ))}
      </FormSelect>
      {conflicts > 0 && (
        <span className="review-counter">
          {settled} of {conflicts} settled
        </span>
      )}
      {earlier > 1 && (
        <LockedButton variant="secondary" size="sm" onClick={onEarlier}>
          Use all {earlier} earlier choices …
        </LockedButton>
      )}
      <Button variant="link" size="sm" onClick={onKeys} aria-keyshortcuts="?">
        Keys <kbd aria-hidden="true">?</kbd>
      </Button>
      {viewToggle}
    </div>
  );
}

function labelOf({ openConflicts }: ReviewedLayer, name: string): string {
  return openConflicts === 0 ? name : `${name} (${openConflicts} open)`;
}
