import { DropdownItem } from '@patternfly/react-core';
import type { GatewayView } from '@sealift/core/api';
import type { Paused } from '@sealift/core/gateway';
import { DotsMenu } from '../../components/dots-menu.tsx';

interface GatewayMenuProps {
  gateway: GatewayView;
  onPause: (paused: Paused) => void;
  onRemove: (name: string) => void;
}

/** A gateway's three-dot menu. What is paused is resumed where the pauses are listed. */
export function GatewayMenu({ gateway: { name, site, holds }, onPause, onRemove }: GatewayMenuProps) {
  const label = `Actions for ${name}`;
  const isHeldAt = (level: Paused['level']) => holds.some(({ paused }) => paused.level === level);
  return (
    <DotsMenu label={label}>
      {!isHeldAt('gateway') && (
        <DropdownItem onClick={() => onPause({ level: 'gateway', name })}>Pause upgrades</DropdownItem>
      )}
      {!isHeldAt('site') && (
        <DropdownItem onClick={() => onPause({ level: 'site', name: site })}>Pause upgrades at {site}</DropdownItem>
      )}
      <DropdownItem onClick={() => onRemove(name)}>Remove</DropdownItem>
    </DotsMenu>
  );
}
