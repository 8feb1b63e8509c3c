import { mutantsOf } from './mutant.ts';

export const registryMutants = mutantsOf('registry', [
  [
    'a blob is mounted out of a repository that lacks it',
    'storage/blobs.ts',
    'if ((await this.size(from, digest)) === undefined) return false;',
    '',
    'storage/storage.test.ts',
  ],
  [
    'a blob of another repository is served',
    'storage/blobs.ts',
    'if ((await fileSize(this.#paths.blobLink(repository, digest))) === undefined) return undefined;',
    '',
    'storage/storage.test.ts',
  ],
  [
    'a digest in a path is not checked again',
    'storage/content-digest.ts',
    'if (isContentDigest(digest)) return',
    'if (digest !== undefined) return',
    'storage/storage.test.ts',
  ],
]);
