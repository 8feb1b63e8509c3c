import { DropdownItem } from '@patternfly/react-core';
import type { PackRegistry } from '@sealift/core/api';
import { useLock } from '../../api/platform.ts';
import { useMay } from '../../api/session.ts';
import { DotsMenu } from '../../components/dots-menu.tsx';

interface RegistryMenuProps {
  registry: PackRegistry;
  onSync: () => void;
  starting: boolean;
}

/** A registry's three-dot menu. */
export function RegistryMenu({ registry, onSync, starting }: RegistryMenuProps) {
  const lock = useLock();
  // Also while one runs: what is asked for then is done once more after it.
  const may = useMay('catalogue.sync');
  const reason = may ? (lock ?? (starting ? 'A sync is being asked for' : undefined)) : 'Your role does not allow this';
  const label = `Actions for ${registry.name}`;
  return (
    <DotsMenu label={label}>
      <DropdownItem
        onClick={onSync}
        isAriaDisabled={reason !== undefined}
        {...(reason === undefined ? {} : { tooltipProps: { content: reason } })}
      >
        Sync
      </DropdownItem>
    </DotsMenu>
  );
}
