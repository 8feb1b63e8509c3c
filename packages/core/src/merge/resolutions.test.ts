import { expect, it } from 'vitest';
import { merge } from './merge.ts';
import type { Resolution } from './types.ts';

it('two answers for one path are refused, however the path is written', () => {
  const text = (value: number) => `ports:\n  - containerPort: 80\n    protocol: TCP\n    hostPort: ${value}\n`;
  const input = { base: text(1), current: text(2), incoming: text(3) };
  const [conflict] = merge(input).conflicts;
  expect(conflict?.path).toEqual(['ports', { containerPort: 80, protocol: 'TCP' }, 'hostPort']);
  const one: Resolution = { path: ['ports', { containerPort: 80, protocol: 'TCP' }, 'hostPort'], take: 'current' };
  const other: Resolution = { path: ['ports', { protocol: 'TCP', containerPort: 80 }, 'hostPort'], take: 'incoming' };
  expect(merge({ ...input, resolutions: [other] }).text).toBe(text(3));
  expect(() => merge({ ...input, resolutions: [one, other] })).toThrow('there are two answers for the path');
});
