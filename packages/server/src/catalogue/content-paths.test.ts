import { describe, expect, it } from 'vitest';
import { repositoryAt, repositoryIn } from './content-paths.ts';

const own = { packBase: 'sealift/packs', imageBase: 'sealift/images' };
const places = [
  own,
  { packBase: 'team/packs', imageBase: 'team/images' },
  { packBase: '', imageBase: 'images' },
  { packBase: 'packs', imageBase: '' },
  { packBase: '', imageBase: '' },
  { packBase: 'all', imageBase: 'all' },
  { packBase: 'a', imageBase: 'a/b' },
];
const repositories = [
  'sealift/packs/spectro-packs/archive/cni-calico',
  'sealift/packs/sealift-catalog',
  'sealift/packs/sealift-node-images',
  'sealift/packs/sealift-tools/etcd',
  'sealift/images/docker.io/library/app',
];

describe('the name of a repository in another registry', () => {
  it.each(places)('is where that one keeps the same, from %j', (from) => {
    for (const to of places) {
      for (const repository of repositories) {
        expect(repositoryIn(to, from, repositoryAt(from, repository))).toBe(repositoryAt(to, repository));
      }
    }
  });

  it('is the same for what is below no path of either kind', () => {
    expect(repositoryIn({ packBase: 'p', imageBase: 'i' }, own, 'library/other')).toBe('library/other');
    expect(repositoryIn({ packBase: 'p', imageBase: 'i' }, own, 'sealift/packs/other')).toBe('sealift/packs/other');
  });
});
