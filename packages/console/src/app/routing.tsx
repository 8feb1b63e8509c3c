import { isAllowed } from '@sealift/core/api';
import { Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { useSession } from '../api/session.ts';
import { PageTitle } from '../components/page-title.ts';
import { lazyPage } from '../components/lazy-page.ts';
import { type PageEntry, pages } from './pages.tsx';
import { RequireSession } from './require-session.tsx';
import { Shell } from './shell.tsx';

const NotFoundPage = lazyPage('NotFoundPage', () => import('../features/not-found/not-found-page.tsx'));
const SetPasswordPage = lazyPage('SetPasswordPage', () => import('../features/set-password/set-password-page.tsx'));
const SetupPage = lazyPage('SetupPage', () => import('../features/setup/setup-page.tsx'));
const SignInPage = lazyPage('SignInPage', () => import('../features/sign-in/sign-in-page.tsx'));

/** Which address shows which page. Everything but first set-up and sign-in needs a session. */
export function Routing() {
  return (
    <Suspense>
      <Routes>
        <Route path="/setup" element={<SetupPage />} />
        <Route path="/sign-in" element={<SignInPage />} />
        <Route path="/set-password" element={<SetPasswordPage />} />
        <Route element={<RequireSession />}>
          <Route element={<Shell />}>
            <Route path="/summary" element={<Navigate to="/" replace />} />
            {pages.map((page) => (
              <Route key={page.path} path={page.path} element={<AllowedPage page={page} />} />
            ))}
            <Route path="*" element={<NotFoundPage />} />
          </Route>
        </Route>
      </Routes>
    </Suspense>
  );
}

/** A page for those who may see it; for others there is no such page, as the API refuses them what it shows. */
function AllowedPage({ page }: { page: PageEntry }) {
  const { data: session } = useSession();
  if (session === undefined || session === null) return null;
  if (!isAllowed(session.role, page.permission)) {
    // Who may not see the Summary begins where they may.
    const first = pages.find(({ menu, permission }) => menu !== 'none' && isAllowed(session.role, permission));
    return page.path === '/' && first !== undefined ? <Navigate to={first.path} replace /> : <NotFoundPage />;
  }
  const Page = page.component;
  return (
    <PageTitle value={page.title}>
      <Page />
    </PageTitle>
  );
}
