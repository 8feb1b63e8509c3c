import { useEffect, useRef } from 'react';
import { usePreference } from '../../../components/browser-preference.ts';

/** What the keys of the review do, in the order in which they are told. */
export const reviewKeys = [
  ['j', 'down one line'],
  ['k', 'up one line'],
  ['n', 'to the next open hunk or conflict'],
  ['c', 'keep what is current: the value, or the lines of the hunk'],
  ['i', 'take what comes in'],
  ['e', 'give a value, or lines, of your own'],
  ['a', 'the same for all like this, on or off'],
  ['u', 'undo your last decision; after a reload, open the line, or its last hunk, again'],
  ['/', 'search'],
  ['?', 'show these keys'],
] as const;
export type ReviewKey = (typeof reviewKeys)[number][0];

const storedAs = 'sealift.review-keys';

/**
 * Keys of one sign, which can be switched off (WCAG 2.2, 2.1.4): speech input and slips of the hand press such keys too. They mean nothing where
 * one writes, in dialogs, and together with Ctrl, Alt or Meta.
 */
export function useReviewKeys(isActive: boolean, onKey: (key: ReviewKey) => void) {
  const [stored, store] = usePreference(storedAs, 'on');
  const isOn = stored !== 'off';
  const handler = useRef(onKey);
  useEffect(() => {
    handler.current = onKey;
  });
  useEffect(() => {
    if (!isActive) return;
    const press = (event: KeyboardEvent): void => {
      const key = reviewKeys.find(([one]) => one === event.key)?.[0];
      if (key === undefined || (!isOn && key !== '?')) return;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event)) return;
      event.preventDefault();
      handler.current(key);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [isActive, isOn]);
  return {
    isOn,
    setOn: (on: boolean): void => store(on ? 'on' : 'off'),
  };
}

const elsewhere = [
  'input:not([type="checkbox"])',
  'textarea',
  'select',
  '[contenteditable]:not([contenteditable="false"])',
  '[role="dialog"]',
  '[role="menu"]',
].join(', ');

/** Also inside an editor, which lives in a shadow root. */
function isElsewhere(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof Element)) return false;
  return (
    target.closest(elsewhere) !== null || (event.target instanceof Element && event.target.closest(elsewhere) !== null)
  );
}
