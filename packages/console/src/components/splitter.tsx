import type { KeyboardEvent, PointerEvent } from 'react';

interface SplitterProps {
  /** What it changes the width of. */
  label: string;
  /** The id of the pane at its left. */
  controls: string;
  /** Where it stands, in percent of what holds it, and how far it can go. */
  value: number;
  min: number;
  max: number;
  onMove: (value: number) => void;
  onReset: () => void;
}

const step = 2;
const longStep = 10;

/**
 * Stands between two panes that are side by side (WAI-ARIA Authoring Practices, "Window Splitter"): dragged, moved by the arrow keys, further with
 * Shift, to either end by Home and End; a double click puts it back.
 */
export function Splitter({ label, controls, value, min, max, onMove, onReset }: SplitterProps) {
  const move = (to: number): void => onMove(Math.min(max, Math.max(min, to)));
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = event.shiftKey ? longStep : step;
    const wanted = { ArrowLeft: value - by, ArrowRight: value + by, Home: min, End: max }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    move(wanted);
  };
  const drag = (event: PointerEvent<HTMLElement>): void => {
    const splitter = event.currentTarget;
    const room = splitter.parentElement?.getBoundingClientRect();
    if (room === undefined || room.width === 0 || !splitter.hasPointerCapture(event.pointerId)) return;
    move(((event.clientX - room.left) / room.width) * 100);
  };
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-controls={controls}
      aria-orientation="vertical"
      aria-valuenow={Math.round(value)}
      aria-valuemin={Math.round(min)}
      aria-valuemax={Math.round(max)}
      className="splitter"
      onKeyDown={press}
      onDoubleClick={onReset}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={drag}
    />
  );
}
