import { Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import { EllipsisVIcon } from '@patternfly/react-icons';
import type { PackRegistry } from '@sealift/core/api';
import { useRef, useState } from 'react';
import { useLock } from '../../api/platform.ts';
import { useMay } from '../../api/session.ts';

interface RegistryMenuProps {
  registry: PackRegistry;
  onSync: () => void;
  starting: boolean;
}

/** A registry's three-dot menu. */
export function RegistryMenu({ registry, onSync, starting }: RegistryMenuProps) {
  const [open, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const lock = useLock();
  // Also while one runs: what is asked for then is done once more after it.
  const may = useMay('catalogue.sync');
  const reason = may ? (lock ?? (starting ? 'A sync is being asked for' : undefined)) : 'Your role does not allow this';
  const label = `Actions for ${registry.name}`;
  const toggleNode = (
    <MenuToggle
      ref={toggle}
      variant="plain"
      isExpanded={open}
      onClick={() => setOpen(!open)}
      icon={<EllipsisVIcon />}
      aria-label={label}
    />
  );
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: 'right' }}
      toggle={{ toggleNode, toggleRef: toggle }}
    >
      <DropdownList aria-label={label}>
        <DropdownItem
          onClick={onSync}
          isAriaDisabled={reason !== undefined}
          {...(reason === undefined ? {} : { tooltipProps: { content: reason } })}
        >
          Sync
        </DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
