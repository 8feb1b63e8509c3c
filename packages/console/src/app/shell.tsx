import { Page, SkipToContent } from '@patternfly/react-core';
import { Suspense } from 'react';
import { Outlet, useLocation } from 'react-router';
import { useEvents } from '../api/events.ts';
import { ErrorBoundary } from '../components/error-boundary.tsx';
import { MainMenu } from './main-menu.tsx';
import { StatusBanners } from './status-banners.tsx';
import { TopBar } from './top-bar.tsx';

const contentId = 'main-content';

/** What surrounds every page: top bar, Main Menu, the banners that concern all pages. */
export function Shell() {
  useEvents();
  const { pathname } = useLocation();
  return (
    <Page
      masthead={<TopBar />}
      sidebar={<MainMenu />}
      isManagedSidebar
      isContentFilled
      mainContainerId={contentId}
      skipToContent={
        <SkipToContent
          href={`#${contentId}`}
          onClick={(event) => {
            event.preventDefault();
            document.getElementById(contentId)?.focus();
          }}
        >
          Skip to content
        </SkipToContent>
      }
    >
      <StatusBanners />
      <ErrorBoundary key={pathname}>
        <Suspense>
          <Outlet />
        </Suspense>
      </ErrorBoundary>
    </Page>
  );
}
