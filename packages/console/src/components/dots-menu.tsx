import { Dropdown, DropdownList, MenuToggle } from '@patternfly/react-core';
import { EllipsisVIcon } from '@patternfly/react-icons';
import { type ReactNode, useRef, useState } from 'react';

/** A three-dot menu of what can be done with one thing; its items are the children. */
export function DotsMenu({ label, children }: { label: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
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
      <DropdownList aria-label={label}>{children}</DropdownList>
    </Dropdown>
  );
}
