import {
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadMain,
  MastheadToggle,
  PageToggleButton,
} from '@patternfly/react-core';
import { Link } from 'react-router';
import { useSummary } from '../api/platform.ts';
import { AccountMenu } from './account-menu.tsx';
import logo from './sealift.svg';
import { ThemeSwitch } from './theme-switch.tsx';

/** The bar at the top: menu toggle, whose console this is, theme and account. */
export function TopBar() {
  const { data } = useSummary();
  return (
    <Masthead className="top-bar">
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton isHamburgerButton aria-label="Main Menu on or off" />
        </MastheadToggle>
        <MastheadBrand>
          <Link to="/" className="brand">
            <img src={logo} alt="" />
            <span>Sealift</span>
            <span className="brand-product">{data?.product ? `${data.product} console` : 'system console'}</span>
          </Link>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <div className="top-actions">
          <ThemeSwitch />
          <AccountMenu />
        </div>
      </MastheadContent>
    </Masthead>
  );
}
