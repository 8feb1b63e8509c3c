import { ActionGroup, Button, Form, FormSection } from '@patternfly/react-core';
import type { SignOnView } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useSaveSignOn } from '../../api/sign-on.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { LoginFields } from '../../components/login-fields.tsx';
import { TextField } from '../../components/text-field.tsx';
import { formOf, requestOf, type SignOnForm as Fields } from './form.ts';
import { LinesField } from '../../components/lines-field.tsx';

/** Asks how people sign in at a provider; saving asks the provider first. */
export function SignOnForm({ view, onClose }: { view: SignOnView; onClose: () => void }) {
  const [form, setForm] = useState<Fields>(() => formOf(view, window.location.origin));
  const [problem, setProblem] = useState<string | undefined>(undefined);
  // That of what the form was filled from: what somebody else changed meanwhile must not be overwritten.
  const [seen] = useState(view.revision);
  const save = useSaveSignOn();
  const set = (field: keyof Fields) => (value: string) => setForm((now) => ({ ...now, [field]: value }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const asked = requestOf(form);
    setProblem('problem' in asked ? asked.problem : undefined);
    if ('request' in asked) save.mutate({ seen, settings: asked.request }, { onSuccess: onClose });
  };
  return (
    <Form onSubmit={submit} noValidate isWidthLimited aria-label="Change single sign-on">
      <FormSection title="Provider" titleElement="h2">
        <TextField
          label="Issuer"
          value={form.issuer}
          onChange={set('issuer')}
          autoComplete="off"
          help="Its address, such as https://id.example/realms/main"
        />
        <LoginFields
          form={{ user: form.clientId, secret: form.clientSecret, ca: form.ca }}
          labels={{ user: 'Client ID', secret: 'Client secret' }}
          hasSecret={view.settings !== null}
          keptWhile="issuer, client ID, CA and further addresses"
          problems={{}}
          onChange={({ user: clientId = form.clientId, secret: clientSecret = form.clientSecret, ca = form.ca }) =>
            setForm((now) => ({ ...now, clientId, clientSecret, ca }))
          }
        />
        <TextField
          label="Address of this console"
          value={form.consoleUrl}
          onChange={set('consoleUrl')}
          autoComplete="off"
          help={`As browsers see it. At the provider register ${form.consoleUrl}${view.callbackPath}`}
        />
        <LinesField
          label="Further addresses that may be asked"
          value={form.allowedOrigins}
          onChange={set('allowedOrigins')}
          help="One a line, such as https://keys.example; only where the provider has its tokens or keys elsewhere"
        />
      </FormSection>
      <FormSection title="People" titleElement="h2">
        <LinesField
          label="Roles of groups"
          value={form.roles}
          onChange={set('roles')}
          isRequired
          help="One a line, such as platform-team = operations. The first one that somebody is in counts; who is in none is not let in"
          problem={problem}
        />
        <TextField
          label="Claim with the groups"
          value={form.groupsClaim}
          onChange={set('groupsClaim')}
          autoComplete="off"
        />
        <TextField
          label="Claim with the user name"
          value={form.usernameClaim}
          onChange={set('usernameClaim')}
          autoComplete="off"
        />
        <TextField
          label="Scopes"
          value={form.scopes}
          onChange={set('scopes')}
          autoComplete="off"
          isRequired={false}
          help="Besides openid, with spaces between"
        />
        <TextField label="What the button says" value={form.label} onChange={set('label')} autoComplete="off" />
      </FormSection>
      {save.isError && <ErrorNotice error={save.error} />}
      <ActionGroup>
        <LockedButton
          type="submit"
          needs="single-sign-on.change"
          isLoading={save.isPending}
          isDisabled={save.isPending}
        >
          {save.isPending ? 'Asking the provider …' : 'Try and save'}
        </LockedButton>
        {view.settings !== null && (
          <Button variant="link" onClick={onClose}>
            Cancel
          </Button>
        )}
      </ActionGroup>
    </Form>
  );
}
