import { expect, it } from 'vitest';
import { neededBefore } from './kubernetes-edge.ts';

it.each([
  ['1.36.1', '1.13.1', '1.13.2'],
  ['1.36.1', '1.13.2', undefined],
  ['1.36.0', '1.13.1', undefined],
  ['1.37.0', '1.12.7', '1.12.8'],
  ['1.35.5', '1.12.8', undefined],
  ['1.35.4', '1.12.0', undefined],
  ['1.34.8', '1.11.10', '1.11.11'],
  ['1.33.12', 'v1.10.4', '1.11.11'],
  ['1.33.11', '1.10.4', undefined],
  ['1.32.20', '1.10.4', undefined],
  ['1.37.2', 'v1.14.2', undefined],
])('Kubernetes %s with Cluster API %s needs %s first', (kubernetes, core, needed) => {
  expect(neededBefore(kubernetes, core)).toBe(needed);
});
