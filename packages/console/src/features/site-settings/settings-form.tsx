import { ActionGroup, Button, Form, FormSection } from '@patternfly/react-core';
import type { SiteView } from '@sealift/core/api';
import type { SiteCheck } from '@sealift/core/site';
import { type FormEvent, useState } from 'react';
import { useFindPlaces, useSaveSite } from '../../api/site.ts';
import { CheckList } from '../../components/check-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TextField } from '../../components/text-field.tsx';
import { AccessFields } from './access-fields.tsx';
import { PacksFields } from './packs-fields.tsx';
import { PlaceFields } from './place-fields.tsx';
import { checksOf, placeProblems, problemsOf } from './problems.ts';
import { type AccessChoice, formOf, requestOf, type SiteForm, vcenterOf } from './site-form.ts';
import { VcenterFields } from './vcenter-fields.tsx';

const kubeconfig: readonly [AccessChoice, string] = ['kubeconfig', 'A kubeconfig'];
const machine: readonly [AccessChoice, string] = [
  'machine',
  'What kubectl finds on the machine of the console, or the account of its pod',
];
const same: readonly [AccessChoice, string] = ['same', 'It runs in the enterprise cluster itself'];

interface SettingsFormProps {
  view: SiteView;
  onClose: () => void;
  /** Told what each look found: it may be a warning. */
  onSaved: (checks: readonly SiteCheck[]) => void;
}

/** Asks how the console reaches its site; saving tries it first. */
export function SettingsForm({ view, onClose, onSaved }: SettingsFormProps) {
  const [form, setForm] = useState<SiteForm>(() => formOf(view));
  // That of what the form was filled from: who changed the settings meanwhile must not be overwritten.
  const [revision] = useState(view.revision);
  // A file is read while other fields are typed in: nothing typed meanwhile may be lost.
  const change = (part: Partial<SiteForm>) => setForm((now) => ({ ...now, ...part }));
  const save = useSaveSite();
  const places = useFindPlaces();
  const problems = problemsOf(save.error ?? places.error);
  const checks = checksOf(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    places.reset();
    save.mutate(requestOf(form, revision, view.startedWith), { onSuccess: ({ checks }) => onSaved(checks) });
  };
  const find = () => {
    save.reset();
    places.mutate(vcenterOf(form));
  };
  const { settings } = view;
  return (
    <Form onSubmit={submit} noValidate isWidthLimited aria-label="Change the settings of the site">
      <FormSection title="vCenter" titleElement="h2">
        <VcenterFields form={form} hasPassword={settings !== null} problems={problems} onChange={change} />
      </FormSection>
      <FormSection title="Where templates go" titleElement="h2">
        {places.isError && <ErrorNotice error={places.error} />}
        <PlaceFields
          places={form.places}
          choices={places.data}
          problems={placeProblems(problems)}
          onChange={(part) => setForm((now) => ({ ...now, places: { ...now.places, ...part } }))}
        />
        <ActionGroup>
          <Button variant="secondary" onClick={find} isLoading={places.isPending} isDisabled={places.isPending}>
            Ask vCenter what there is
          </Button>
        </ActionGroup>
      </FormSection>
      <FormSection title="Clusters" titleElement="h2">
        <AccessFields
          label="Access to the enterprise cluster"
          access={form.enterprise}
          choices={[...stored(settings?.enterprise.server), kubeconfig, machine]}
          problem={problems.enterprise}
          onChange={(part) => setForm((now) => ({ ...now, enterprise: { ...now.enterprise, ...part } }))}
        />
        <AccessFields
          label="Access to Cluster API, which makes its machines"
          access={form.management}
          choices={[same, ...stored(settings?.management?.server), kubeconfig]}
          problem={problems.management}
          onChange={(part) => setForm((now) => ({ ...now, management: { ...now.management, ...part } }))}
        />
        <TextField
          label="Name of the Cluster there"
          value={form.clusterName}
          onChange={(clusterName) => change({ clusterName })}
          autoComplete="off"
          isRequired={false}
          help="As namespace/name. Left empty: the only one there"
          problem={problems.clusterName}
        />
      </FormSection>
      <FormSection title="Packs" titleElement="h2">
        <PacksFields form={form} view={view} problems={problems} onChange={change} />
      </FormSection>
      {save.isError && <ErrorNotice error={save.error} />}
      {checks.length > 0 && <CheckList checks={checks} label="What was found at the site" />}
      <ActionGroup>
        <Button type="submit" isLoading={save.isPending} isDisabled={save.isPending}>
          {save.isPending ? 'Trying …' : 'Try and save'}
        </Button>
        {settings !== null && (
          <Button variant="link" onClick={onClose}>
            Cancel
          </Button>
        )}
      </ActionGroup>
    </Form>
  );
}

function stored(server: string | null | undefined): readonly (readonly [AccessChoice, string])[] {
  return server === null || server === undefined ? [] : [['stored', `The stored kubeconfig, which leads to ${server}`]];
}
