import { Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import { EllipsisVIcon } from '@patternfly/react-icons';
import type { GatewayView } from '@sealift/core/api';
import type { Paused } from '@sealift/core/gateway';
import { useRef, useState } from 'react';

interface GatewayMenuProps {
  gateway: GatewayView;
  onPause: (paused: Paused) => void;
  onRemove: (name: string) => void;
}

/** A gateway's three-dot menu. What is paused is resumed where the pauses are listed. */
export function GatewayMenu({ gateway: { name, site, holds }, onPause, onRemove }: GatewayMenuProps) {
  const [open, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const label = `Actions for ${name}`;
  const isHeldAt = (level: Paused['level']) => holds.some(({ paused }) => paused.level === level);
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
        {!isHeldAt('gateway') && (
          <DropdownItem onClick={() => onPause({ level: 'gateway', name })}>Pause upgrades</DropdownItem>
        )}
        {!isHeldAt('site') && (
          <DropdownItem onClick={() => onPause({ level: 'site', name: site })}>Pause upgrades at {site}</DropdownItem>
        )}
        <DropdownItem onClick={() => onRemove(name)}>Remove</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
