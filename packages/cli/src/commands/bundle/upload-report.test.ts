import type { UploadResult } from '@sealift/bundle/upload';
import { RegistryClient } from '@sealift/oci/registry-client';
import { expect, it } from 'vitest';
import { incompleteUpload, listOfKeptTags, listOfMissing } from './upload-report.ts';

const client = new RegistryClient({ registry: '127.0.0.1:1', plainHttp: true });
const digest = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const item = { digest, client, repository: 'images/app', tag: '1' } as const;
const image = { kind: 'image', name: 'app:1', state: 'pushed', item } as const;
const resultOf = (...items: UploadResult['items']): UploadResult => ({
  items,
  blobs: { sent: 0, mounted: 0, skipped: 0 },
  sentBytes: 0,
  skippedBytes: 0,
});

it('an image whose tag stays with an earlier release is there, and is told with what that means', () => {
  const result = resultOf(image, { ...image, name: 'web:1', tagKept: 'Harborview 4.2.12 has another one under it' });
  expect(incompleteUpload(result)).toBeUndefined();
  expect(listOfKeptTags(result)).toMatch(
    /^Tags kept:\n- image web:1: Harborview 4\.2\.12 has.*\nThey are there by their digests/,
  );
  expect(listOfKeptTags(result)).not.toContain('app:1');
  expect(listOfKeptTags(resultOf(image))).toBeUndefined();
});

it('what is not there is listed, and what waits for it', () => {
  const result = resultOf(image, { ...image, kind: 'marker', name: 'release', state: 'held-back' });
  expect(listOfMissing(result)).toBe('Not pushed:\n- marker release: held back, because others are missing');
});
