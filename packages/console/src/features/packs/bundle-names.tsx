import type { CataloguePack } from '@sealift/core/api';

const shownAtMost = 3;

/** The usual names of the bundles that hold a version, shortened where many do. */
export function BundleNames({ sources }: { sources: CataloguePack['versions'][number]['sources'] }) {
  const more = sources.length - shownAtMost;
  return (
    <>
      {sources.slice(0, shownAtMost).map(({ bundle }) => (
        <div key={bundle}>
          <code>{bundle}</code>
        </div>
      ))}
      {more > 0 && <div className="quiet">and {more} more</div>}
    </>
  );
}
