import { fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { Splitter } from './splitter.tsx';

function Panes() {
  const [value, setValue] = useState(40);
  return (
    <Splitter
      label="Width of the list"
      controls="list"
      value={value}
      min={10}
      max={60}
      onMove={setValue}
      onReset={() => setValue(40)}
    />
  );
}

test('a splitter is moved by keys within its limits, says where it is, and goes back on a double click', () => {
  render(<Panes />);
  const splitter = screen.getByRole('separator', { name: 'Width of the list' });
  const at = (): string | null => splitter.getAttribute('aria-valuenow');
  const press = (key: string, more: object = {}): void => void fireEvent.keyDown(splitter, { key, ...more });
  expect([at(), splitter.getAttribute('aria-valuemin'), splitter.getAttribute('aria-valuemax')]).toEqual([
    '40',
    '10',
    '60',
  ]);
  press('ArrowRight');
  expect(at()).toBe('42');
  press('ArrowLeft', { shiftKey: true });
  expect(at()).toBe('32');
  press('ArrowRight', { ctrlKey: true });
  press('x');
  expect(at()).toBe('32');
  press('End');
  press('ArrowRight');
  expect(at()).toBe('60');
  press('Home');
  press('ArrowLeft');
  expect(at()).toBe('10');
  fireEvent.doubleClick(splitter);
  expect(at()).toBe('40');
});
