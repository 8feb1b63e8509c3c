import { ActionGroup, Button, Form } from '@patternfly/react-core';
import { type MailSecurity, mailSecurities, type MailServer, type MailServerRequest } from '@sealift/core/api';
import { type FormEvent, useState } from 'react';
import { useSaveMailServer } from '../../api/notifications.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoginFields } from '../../components/login-fields.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { TextField } from '../../components/text-field.tsx';
import { problemOf } from './subscription-form.ts';

interface Fields {
  readonly host: string;
  readonly port: string;
  readonly security: MailSecurity;
  readonly ca: string;
  readonly user: string;
  /** Left empty the stored one stays. */
  readonly password: string;
  readonly from: string;
}

/** The ports that servers usually listen on (RFC 8314, 3; RFC 5321). */
const usualPorts: Readonly<Record<MailSecurity, string>> = { starttls: '587', tls: '465', none: '25' };
const securities = Object.entries(mailSecurities) as [MailSecurity, string][];

function fieldsOf({ settings }: MailServer): Fields {
  return {
    host: settings?.host ?? '',
    port: String(settings?.port ?? usualPorts.starttls),
    security: settings?.security ?? 'starttls',
    ca: settings?.ca ?? '',
    user: settings?.user ?? '',
    password: '',
    from: settings?.from ?? '',
  };
}

function requestOf({ host, port, security, ca, user, password, from }: Fields): MailServerRequest {
  return {
    host: host.trim(),
    port: Number(port),
    security,
    ca: ca.trim() === '' ? null : ca,
    user: user.trim() === '' ? null : user.trim(),
    from: from.trim(),
    ...(password === '' ? {} : { password }),
  };
}

/** Asks for the mail server. */
export function MailServerForm({ server, onClose }: { server: MailServer; onClose: () => void }) {
  const [form, setForm] = useState<Fields>(() => fieldsOf(server));
  // That of what the form was filled from: who changed it meanwhile must not be overwritten.
  const [seen] = useState(server.revision);
  const save = useSaveMailServer();
  const set = (field: keyof Fields) => (value: string) => setForm((now) => ({ ...now, [field]: value }));
  const secure = (security: MailSecurity) =>
    setForm((now) => ({
      ...now,
      security,
      port: now.port === usualPorts[now.security] ? usualPorts[security] : now.port,
    }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ seen, settings: requestOf(form) }, { onSuccess: onClose });
  };
  const problem = (field: keyof Fields): string | undefined => problemOf(save.error, field);
  const textOf = (label: string, field: keyof Fields, more: { help?: string; isRequired?: boolean } = {}) => (
    <TextField
      label={label}
      value={form[field]}
      onChange={set(field)}
      autoComplete="off"
      problem={problem(field)}
      {...more}
    />
  );
  return (
    <Form onSubmit={submit} noValidate isWidthLimited aria-label="Change the mail server">
      {textOf('Server', 'host', { help: 'Its name or address, such as mail.example.org' })}
      <SelectField label="Encryption" value={form.security} choices={securities} onChange={secure} />
      {textOf('Port', 'port')}
      <LoginFields
        form={{ user: form.user, secret: form.password, ca: form.ca }}
        labels={{ user: 'User', secret: 'Password' }}
        hasSecret={(server.settings?.user ?? null) !== null}
        leftOut="Left empty where the server wants no login"
        problems={{ user: problem('user'), secret: problem('password'), ca: problem('ca') }}
        onChange={({ user = form.user, secret: password = form.password, ca = form.ca }) =>
          setForm((now) => ({ ...now, user, password, ca }))
        }
      />
      {textOf('Mail comes from', 'from', { help: 'An address, such as sealift@example.org' })}
      {save.isError && <ErrorNotice error={save.error} />}
      <ActionGroup>
        <Button type="submit" isLoading={save.isPending} isDisabled={save.isPending}>
          Save
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ActionGroup>
    </Form>
  );
}
