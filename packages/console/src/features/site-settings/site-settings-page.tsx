import { Button, PageSection } from '@patternfly/react-core';
import type { SiteView } from '@sealift/core/api';
import type { SiteCheck } from '@sealift/core/site';
import { useState } from 'react';
import { useCheckSite, useSite } from '../../api/site.ts';
import { CheckList } from '../../components/check-list.tsx';
import { ErrorNotice, Notice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { ForgetSiteDialog } from './forget-site-dialog.tsx';
import { SettingsForm } from './settings-form.tsx';
import { SettingsList } from './settings-list.tsx';

/** How the console reaches vCenter and the enterprise cluster: seen, tried, changed. */
export function SiteSettingsPage() {
  const site = useSite();
  return (
    <PageSection>
      <PageHeading>
        How the console reaches vCenter and the enterprise cluster. Settings are tried before they are stored, and are
        used from then on without a restart.
      </PageHeading>
      <QueryView query={site} what="the settings">
        {(view) => <Settings view={view} />}
      </QueryView>
    </PageSection>
  );
}

function Settings({ view }: { view: SiteView }) {
  const [editing, setEditing] = useState(false);
  const [forgetting, setForgetting] = useState(false);
  const [saved, setSaved] = useState<readonly SiteCheck[]>([]);
  const check = useCheckSite();
  const open = editing || (view.settings === null && view.fixed === null);
  const close = () => setEditing(false);
  const keep = (checks: readonly SiteCheck[]) => {
    check.reset();
    setSaved(checks);
    close();
  };
  if (open) return <SettingsForm view={view} onClose={close} onSaved={keep} />;
  const checks = check.data?.checks ?? saved;
  return (
    <>
      {view.fixed !== null && <Notice title={view.fixed} variant="info" />}
      <SettingsList view={view} />
      <p className="actions">
        {view.settings !== null && (
          <Button
            variant="secondary"
            onClick={() => check.mutate()}
            isLoading={check.isPending}
            isDisabled={check.isPending}
          >
            Try these settings
          </Button>
        )}{' '}
        {view.fixed === null && <Button onClick={() => setEditing(true)}>Change</Button>}{' '}
        {view.source === 'console' && (
          <LockedButton needs="site.change" variant="link" isDanger onClick={() => setForgetting(true)}>
            Forget
          </LockedButton>
        )}
      </p>
      {check.isError && <ErrorNotice error={check.error} />}
      {checks.length > 0 && <CheckList checks={checks} label="What was found at the site" />}
      {forgetting && <ForgetSiteDialog onClose={() => setForgetting(false)} />}
    </>
  );
}
