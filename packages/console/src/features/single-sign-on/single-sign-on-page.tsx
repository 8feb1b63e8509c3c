import {
  ActionGroup,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  PageSection,
} from '@patternfly/react-core';
import { roleTexts, type SignOnSettings, type SignOnView } from '@sealift/core/api';
import { useState } from 'react';
import { useForgetSignOn, useSignOn } from '../../api/sign-on.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SignOnForm } from './sign-on-form.tsx';

/** How people sign in at a provider of OpenID Connect. */
export function SingleSignOnPage() {
  const signOn = useSignOn();
  return (
    <PageSection>
      <PageHeading>
        People sign in at a provider of OpenID Connect, and their groups there give them their role. Accounts with a
        password go on working: keep one Root, for when the provider is away.
      </PageHeading>
      <QueryView query={signOn} what="single sign-on">
        {(view) => <Settings view={view} />}
      </QueryView>
    </PageSection>
  );
}

function Settings({ view }: { view: SignOnView }) {
  const [editing, setEditing] = useState(false);
  const [ending, setEnding] = useState(false);
  const { settings, callbackPath, revision } = view;
  if (settings === null || editing) return <SignOnForm view={view} onClose={() => setEditing(false)} />;
  return (
    <>
      <DescriptionList isHorizontal aria-label="Settings of single sign-on">
        {factsOf(settings, callbackPath).map(([term, text]) => (
          <DescriptionListGroup key={term}>
            <DescriptionListTerm>{term}</DescriptionListTerm>
            <DescriptionListDescription>{text}</DescriptionListDescription>
          </DescriptionListGroup>
        ))}
      </DescriptionList>
      <ActionGroup>
        <LockedButton needs="single-sign-on.change" onClick={() => setEditing(true)}>
          Change
        </LockedButton>
        <LockedButton needs="single-sign-on.change" variant="link" isDanger onClick={() => setEnding(true)}>
          End single sign-on
        </LockedButton>
      </ActionGroup>
      {ending && <EndDialog revision={revision} onClose={() => setEnding(false)} />}
    </>
  );
}

function factsOf(settings: SignOnSettings, callbackPath: string): (readonly [string, string])[] {
  const { issuer, clientId, consoleUrl, label, roles, groupsClaim, usernameClaim, scopes, allowedOrigins, ca } =
    settings;
  return [
    ['Issuer', issuer],
    ['Client ID', clientId],
    ['Leads back to', `${consoleUrl}${callbackPath}`],
    ['Button', label],
    ['Roles of groups', roles.map(({ group, role }) => `${group}: ${roleTexts[role].label}`).join(', ')],
    ['Claims', `${groupsClaim} for groups, ${usernameClaim} for the user name`],
    ['Scopes', ['openid', ...scopes].join(' ')],
    ['Further addresses', allowedOrigins.length === 0 ? 'none' : allowedOrigins.join(', ')],
    ['Trusted by', ca === null ? 'the CAs of the machine' : 'a CA of its own'],
  ];
}

function EndDialog({ revision, onClose }: { revision: number; onClose: () => void }) {
  const forget = useForgetSignOn();
  return (
    <ConfirmDialog
      title="End single sign-on?"
      action="End it"
      error={forget.error}
      isPending={forget.isPending}
      onConfirm={() => forget.mutate(revision, { onSuccess: onClose })}
      onClose={onClose}
    >
      Whoever signs in by it is signed out, and cannot sign in until it is set up again. Their accounts stay.
    </ConfirmDialog>
  );
}
