import { Nav, NavGroup, NavItem, NavList, PageSidebar, PageSidebarBody } from '@patternfly/react-core';
import { isAllowed } from '@sealift/core/api';
import { Link, useLocation } from 'react-router';
import { useSession } from '../api/session.ts';
import { type PageEntry, pages } from './pages.tsx';

/** The left navigation, in the order of the table of pages: what the account may see. */
export function MainMenu() {
  const { data: session } = useSession();
  const shown = pages.filter(
    ({ menu, permission }) =>
      menu !== 'none' && session !== undefined && session !== null && isAllowed(session.role, permission),
  );
  return (
    <PageSidebar className="main-menu">
      <PageSidebarBody>
        <Nav aria-label="Main Menu">
          <p className="main-menu-title" aria-hidden="true">
            Main Menu
          </p>
          {sections(shown).map(({ menu, entries }) => (
            <MenuSection key={entries[0]?.path} menu={menu} entries={entries} />
          ))}
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );
}

interface Section {
  menu: PageEntry['menu'];
  entries: PageEntry[];
}

/** Neighbours in one group stand together. */
function sections(entries: readonly PageEntry[]): Section[] {
  const found: Section[] = [];
  for (const entry of entries) {
    const last = found.at(-1);
    if (last !== undefined && last.menu === entry.menu) last.entries.push(entry);
    else found.push({ menu: entry.menu, entries: [entry] });
  }
  return found;
}

function MenuSection({ menu, entries }: Section) {
  const items = entries.map(({ path, title }) => <MenuEntry key={path} to={path} title={title} />);
  return menu === 'alone' ? <NavList>{items}</NavList> : <NavGroup title={menu}>{items}</NavGroup>;
}

function MenuEntry({ title, to }: { title: string; to: string }) {
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
