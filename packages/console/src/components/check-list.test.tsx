import { render, screen, within } from '@testing-library/react';
import type { Check } from '@sealift/core/check';
import { expect, test } from 'vitest';
import { CheckList } from './check-list.tsx';

const item = (at: number) => ({
  place: `addon/shop: ConfigMap shop/c${at}`,
  text: 'was changed',
  remedy: `mend ${at}`,
});
const check = (count: number): Check => ({
  name: 'layers-unchanged',
  title: 'Nobody changed what the layers applied',
  outcome: 'warn',
  detail: `${count} places differ`,
  items: Array.from({ length: count }, (_, at) => item(at)),
});

test('names what a check found one by one, each with its remedy, and keeps a long list closed until it is asked for', () => {
  const { container, rerender } = render(<CheckList checks={[check(2)]} label="Checks" />);
  const list = screen.getByRole('list', { name: 'Found by: Nobody changed what the layers applied' });
  expect(
    within(list)
      .getAllByRole('listitem')
      .map((one) => one.textContent),
  ).toEqual(['addon/shop: ConfigMap shop/c0 was changedmend 0', 'addon/shop: ConfigMap shop/c1 was changedmend 1']);
  rerender(<CheckList checks={[check(20)]} label="Checks" />);
  expect(container.querySelector('details')?.open).toBe(false);
  screen.getByText('20 places');
});
