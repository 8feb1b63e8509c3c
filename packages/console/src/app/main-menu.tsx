import { Nav, NavGroup, NavItem, NavList, PageSidebar, PageSidebarBody } from '@patternfly/react-core';
import { Link, useLocation } from 'react-router';

interface Entry {
  title: string;
  to: string;
}

const enterpriseCluster: readonly Entry[] = [
  { title: 'Profile', to: '/cluster/profile' },
  { title: 'Nodes', to: '/cluster/nodes' },
];

const administration: readonly Entry[] = [
  { title: 'Pack Registries', to: '/administration/registries' },
  { title: 'Trusted Keys', to: '/administration/trusted-keys' },
  { title: 'Audit Log', to: '/administration/audit' },
];

/** The left navigation, in the runbook's words and order. */
export function MainMenu() {
  return (
    <PageSidebar className="main-menu">
      <PageSidebarBody>
        <Nav aria-label="Main Menu">
          <p className="main-menu-title" aria-hidden="true">
            Main Menu
          </p>
          <NavList>
            <MenuEntry title="Summary" to="/" />
          </NavList>
          <MenuGroup title="Enterprise Cluster" entries={enterpriseCluster} />
          <NavList>
            <MenuEntry title="Update Management" to="/updates" />
          </NavList>
          <MenuGroup title="Administration" entries={administration} />
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );
}

function MenuGroup({ title, entries }: { title: string; entries: readonly Entry[] }) {
  return (
    <NavGroup title={title}>
      {entries.map((entry) => (
        <MenuEntry key={entry.to} {...entry} />
      ))}
    </NavGroup>
  );
}

function MenuEntry({ title, to }: Entry) {
  const { pathname } = useLocation();
  const active = to === '/' ? pathname === '/' : pathname.startsWith(to);
  return (
    <NavItem isActive={active} itemId={to}>
      <Link to={to} aria-current={active ? 'page' : undefined}>
        {title}
      </Link>
    </NavItem>
  );
}
