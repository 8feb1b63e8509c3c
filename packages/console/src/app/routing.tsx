import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { AuditLogPage } from '../features/audit-log/audit-log-page.tsx';
import { NodesPage } from '../features/nodes/nodes-page.tsx';
import { NotFoundPage } from '../features/not-found/not-found-page.tsx';
import { PackRegistriesPage } from '../features/pack-registries/pack-registries-page.tsx';
import { SetupPage } from '../features/setup/setup-page.tsx';
import { SignInPage } from '../features/sign-in/sign-in-page.tsx';
import { SummaryPage } from '../features/summary/summary-page.tsx';
import { TrustedKeysPage } from '../features/trusted-keys/trusted-keys-page.tsx';
import { UpdateManagementPage } from '../features/update-management/update-management-page.tsx';
import { RequireSession } from './require-session.tsx';
import { Shell } from './shell.tsx';

// The pages with the code editor are loaded when they are first opened.
const ProfilePage = lazy(async () => ({ default: (await import('../features/profile/profile-page.tsx')).ProfilePage }));
const UpgradePage = lazy(async () => ({ default: (await import('../features/upgrade/upgrade-page.tsx')).UpgradePage }));

/** Which address shows which page. Everything but first set-up and sign-in needs a session. */
export function Routing() {
  return (
    <Suspense>
      <Routes>
        <Route path="/setup" element={<SetupPage />} />
        <Route path="/sign-in" element={<SignInPage />} />
        <Route element={<RequireSession />}>
          <Route element={<Shell />}>
            <Route index element={<SummaryPage />} />
            <Route path="/summary" element={<Navigate to="/" replace />} />
            <Route path="/cluster/profile" element={<ProfilePage />} />
            <Route path="/cluster/nodes" element={<NodesPage />} />
            <Route path="/updates" element={<UpdateManagementPage />} />
            <Route path="/updates/:id" element={<UpgradePage />} />
            <Route path="/administration/registries" element={<PackRegistriesPage />} />
            <Route path="/administration/trusted-keys" element={<TrustedKeysPage />} />
            <Route path="/administration/audit" element={<AuditLogPage />} />
            <Route path="*" element={<NotFoundPage />} />
          </Route>
        </Route>
      </Routes>
    </Suspense>
  );
}
