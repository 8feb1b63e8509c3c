import { Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import { UserIcon } from '@patternfly/react-icons';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useSession, useSignOut } from '../api/session.ts';

/** Who is signed in, and the way out. */
export function AccountMenu() {
  const [open, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const name = session.data?.username ?? '';
  const toggleNode = (
    <MenuToggle
      ref={toggle}
      variant="plainText"
      isExpanded={open}
      onClick={() => setOpen(!open)}
      icon={<UserIcon />}
      aria-label={`Account ${name}`}
    >
      {name}
    </MenuToggle>
  );
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: 'right' }}
      toggle={{ toggleNode, toggleRef: toggle }}
    >
      <DropdownList>
        <DropdownItem onClick={() => void navigate('/account')}>Password and sessions</DropdownItem>
        <DropdownItem onClick={() => signOut.mutate()} isDisabled={signOut.isPending}>
          Sign out
        </DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
