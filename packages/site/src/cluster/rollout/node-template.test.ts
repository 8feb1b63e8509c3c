import { expect, it } from 'vitest';
import { type FoundTemplate, proveTemplate, templateNameOf } from './node-template.ts';

const never = new AbortController().signal;
const path = '/DC0/vm/spectro-templates/r_new';
const desired = { version: '1.37.2', template: 'r_new' };
const proved = (found: FoundTemplate | undefined) =>
  proveTemplate({ find: async () => ({ path, found }) }, desired, never);
const right = { kubernetes: '1.37.2', sha256: 'ab', finished: true };

it('is proved by what is inside or, where that is not told, by having been made from the OVA of the release', async () => {
  expect(await proved(right)).toBe(path);
  expect(await proved({ ...right, kubernetes: 'v1.37.2' })).toBe(path);
  expect(await proved({ ...right, sha256: null })).toBe(path);
  expect(await proved({ ...right, kubernetes: null })).toBe(path);
});

it.each([
  ['is not there', undefined, 'NODE_TEMPLATE_MISSING'],
  ['holds another version', { ...right, kubernetes: '1.37.1' }, 'NODE_TEMPLATE_OTHER'],
  ['proves nothing', { ...right, kubernetes: null, sha256: null }, 'NODE_TEMPLATE_OTHER'],
  ['is not finished', { ...right, finished: false }, 'NODE_TEMPLATE_UNFINISHED'],
])('is refused where it %s', async (_, found, code) => {
  await expect(proved(found)).rejects.toMatchObject({ code });
});

it('is named by the last element of its path, as people write it', () => {
  expect(templateNameOf(path)).toBe('r_new');
  expect(templateNameOf('r_new')).toBe('r_new');
  expect(templateNameOf('/DC0/vm/a/r%2fx')).toBe('r/x');
  expect(templateNameOf('')).toBe('');
});
