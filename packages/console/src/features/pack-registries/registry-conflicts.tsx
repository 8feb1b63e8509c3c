import type { RegistryConflict } from '@sealift/core/api';
import { Notice } from '../../components/error-notice.tsx';

/** Versions that registries hold as different content: which one is meant only a person can tell. */
export function RegistryConflicts({ conflicts }: { conflicts: readonly RegistryConflict[] }) {
  return conflicts.map(({ kind, name, version, places }) => (
    <Notice
      key={`${kind} ${name} ${version}`}
      variant="danger"
      title={`${name} ${version} is different content in ${places.length} registries`}
    >
      <ul>
        {places.map(({ registry, digest, inCatalogue }) => (
          <li key={registry}>
            {registry}: <code>{digest}</code>
            {inCatalogue && ' (in the catalogue)'}
          </li>
        ))}
      </ul>
      <p>
        Nobody can upgrade to it. Find out which one the vendor published, remove the other one from its registry, or
        that registry; then sync both.
      </p>
    </Notice>
  ));
}
