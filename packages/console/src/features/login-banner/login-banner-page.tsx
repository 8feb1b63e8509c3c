import { ActionGroup, Form, FormGroup, PageSection, TextArea } from '@patternfly/react-core';
import type { AccessPolicy } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useAccessPolicy, useChangePolicy } from '../../api/access-policy.ts';
import { ErrorNotice, Notice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { Moment } from '../../components/moment.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';

/** The text that everybody sees before they sign in. */
export function LoginBannerPage() {
  const policy = useAccessPolicy();
  return (
    <PageSection>
      <PageHeading>
        A text that everybody sees before they sign in, such as whose system this is and who may use it.
      </PageHeading>
      <QueryView query={policy} what="the login banner">
        {(seen) => <BannerForm key={seen.revision} seen={seen} />}
      </QueryView>
    </PageSection>
  );
}

function BannerForm({ seen }: { seen: AccessPolicy }) {
  const change = useChangePolicy();
  const [text, setText] = useState(seen.banner ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ seen, change: { banner: text.trim() === '' ? null : text } });
  };
  return (
    <Form onSubmit={submit} noValidate isWidthLimited>
      {change.isError && <ErrorNotice error={change.error} />}
      {change.isSuccess && <Notice variant="success" title="The login banner is saved" />}
      <FormGroup label="Text" fieldId="banner">
        <TextArea
          id="banner"
          value={text}
          onChange={(_event, value) => setText(value)}
          rows={6}
          maxLength={4000}
          resizeOrientation="vertical"
          aria-describedby="banner-help"
        />
      </FormGroup>
      <p id="banner-help" className="quiet">
        Left empty, none is shown.
        {seen.changedAt !== null && (
          <>
            {' '}
            Last changed by {seen.changedBy} on <Moment at={seen.changedAt} />.
          </>
        )}
      </p>
      <ActionGroup>
        <LockedButton
          type="submit"
          needs="access-policy.change"
          isLoading={change.isPending}
          isDisabled={change.isPending}
        >
          Save
        </LockedButton>
      </ActionGroup>
    </Form>
  );
}
