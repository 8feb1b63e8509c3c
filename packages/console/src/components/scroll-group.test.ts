import { expect, test } from 'vitest';
import { ScrollGroup } from './scroll-group.ts';

/** jsdom has no layout: an element that can be scrolled so far and no further, and says when it was. */
function scrollable(height: number): HTMLElement {
  const element = document.createElement('div');
  let top = 0;
  Object.defineProperty(element, 'scrollTop', {
    get: () => top,
    set(wanted: number) {
      const next = Math.max(0, Math.min(height, wanted));
      if (next === top) return;
      top = next;
      element.dispatchEvent(new Event('scroll'));
    },
  });
  return element;
}

test('scrolls the others along, and nobody is held back by one that is shorter', () => {
  const group = new ScrollGroup();
  const [long, short, other] = [scrollable(100), scrollable(30), scrollable(100)];
  for (const member of [long, short, other]) group.join(member);
  long.scrollTop = 80;
  expect([long.scrollTop, short.scrollTop, other.scrollTop]).toEqual([80, 30, 80]);
  other.scrollTop = 10;
  expect([long.scrollTop, short.scrollTop, other.scrollTop]).toEqual([10, 10, 10]);
});

test('lets go of one that leaves', () => {
  const group = new ScrollGroup();
  const [stays, leaves] = [scrollable(100), scrollable(100)];
  group.join(stays);
  group.join(leaves)();
  stays.scrollTop = 40;
  expect(leaves.scrollTop).toBe(0);
});
