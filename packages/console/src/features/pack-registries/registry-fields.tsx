import { Checkbox } from '@patternfly/react-core';
import { useId } from 'react';
import { LinesField } from '../../components/lines-field.tsx';
import { LoginFields } from '../../components/login-fields.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { TextField } from '../../components/text-field.tsx';
import type { problemsOf, RegistryForm } from './registry-form.ts';

interface RegistryFieldsProps {
  form: RegistryForm;
  isNew: boolean;
  problems: ReturnType<typeof problemsOf>;
  onChange: (change: Partial<RegistryForm>) => void;
}

const intervals = [
  ['0', 'Only when asked'],
  ['15', 'Every 15 minutes'],
  ['60', 'Every hour'],
  ['360', 'Every 6 hours'],
  ['1440', 'Every day'],
] as const;

/** How a registry is reached, and what it is for. */
export function RegistryFields({ form, isNew, problems, onChange: set }: RegistryFieldsProps) {
  const id = useId();
  const others = intervals.some(([minutes]) => minutes === form.syncEvery)
    ? intervals
    : [...intervals, [form.syncEvery, `Every ${form.syncEvery} minutes`] as const];
  return (
    <>
      {isNew && (
        <TextField
          label="Name"
          value={form.name}
          onChange={(name) => set({ name })}
          autoComplete="off"
          autoFocus
          help="Lower-case letters, digits, dots and hyphens"
          problem={problems.name}
        />
      )}
      <TextField
        label="Address"
        value={form.registry}
        onChange={(registry) => set({ registry })}
        autoComplete="off"
        help="Host and port, such as harbor.example:8443, without https://"
        problem={problems.registry}
      />
      <TextField
        label="Path of packs"
        value={form.packBase}
        onChange={(packBase) => set({ packBase })}
        autoComplete="off"
        isRequired={false}
        help="Below the address: packs, node images and release markers"
        problem={problems.packBase}
      />
      <TextField
        label="Path of images"
        value={form.imageBase}
        onChange={(imageBase) => set({ imageBase })}
        autoComplete="off"
        isRequired={false}
        help="Below the address"
        problem={problems.imageBase}
      />
      <LoginFields
        form={{ user: form.username, secret: form.password, ca: form.ca }}
        labels={{ user: 'User name', secret: 'Password or token' }}
        hasSecret={!isNew}
        keptWhile="address, user name, CA and allowed addresses"
        leftOut="Left empty where the registry asks for no login"
        problems={{ user: problems.username, secret: problems.password, ca: problems.ca }}
        onChange={({ user: username = form.username, secret: password = form.password, ca = form.ca }) =>
          set({ username, password, ca })
        }
      />
      <LinesField
        label="Other addresses it may lead to"
        value={form.allowedOrigins}
        onChange={(allowedOrigins) => set({ allowedOrigins })}
        help="One to a line, such as https://auth.example: where its token service or its content is elsewhere. The console asks no other."
        problem={problems.allowedOrigins}
      />
      <SelectField
        label="Read by itself"
        value={form.syncEvery}
        choices={others}
        onChange={(syncEvery) => set({ syncEvery })}
      />
      <Checkbox
        id={`${id}-push`}
        label="Content may be pushed to it"
        description="Else it is only read, and a login that may pull is enough"
        isChecked={form.push}
        onChange={(_event, push) => set({ push })}
      />
      <Checkbox
        id={`${id}-plain`}
        label="It speaks HTTP without TLS"
        description="Only on the machine of the console itself"
        isChecked={form.plainHttp}
        onChange={(_event, plainHttp) => set({ plainHttp })}
      />
    </>
  );
}
