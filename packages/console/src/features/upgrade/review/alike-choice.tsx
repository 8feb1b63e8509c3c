import { Checkbox } from '@patternfly/react-core';
import type { ReviewRow } from './review-rows.ts';

interface AlikeChoiceProps {
  rows: readonly ReviewRow[];
  isOn: boolean;
  onChange: (on: boolean) => void;
}

/** Has the next answer count for every row about the same, and says exactly for which. */
export function AlikeChoice({ rows, isOn, onChange }: AlikeChoiceProps) {
  const others = rows.length === 1 ? '1 other like this' : `${rows.length} others like this`;
  return (
    <div className="alike">
      <Checkbox
        id="same-for-alike"
        label={`Same for the ${others}`}
        isChecked={isOn}
        onChange={(_event, on) => onChange(on)}
      />
      <details open={isOn}>
        <summary>The same three values, at</summary>
        <ul>
          {rows.map(({ key, path, layer }) => (
            <li key={key}>
              <code>{path}</code> <span className="quiet">{layer.displayName}</span>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
