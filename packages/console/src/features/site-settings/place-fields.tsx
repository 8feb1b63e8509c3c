import { FormGroup, FormSelect, FormSelectOption } from '@patternfly/react-core';
import type { PlaceChoicesView, SitePlaces } from '@sealift/core/api';
import { useId } from 'react';
import { TextField } from '../../components/text-field.tsx';
import { placeKeys, type SiteForm } from './site-form.ts';

type PlaceKey = keyof SitePlaces;

export const placeLabels: Readonly<Record<PlaceKey, string>> = {
  datacenter: 'Datacenter',
  folder: 'VM folder of the templates',
  cluster: 'Cluster or host',
  resourcePool: 'Resource pool',
  datastore: 'Datastore',
  network: 'Network',
};
const leftOut: Readonly<Record<PlaceKey, string>> = {
  datacenter: 'the only one there',
  folder: 'spectro-templates',
  cluster: 'the only one there',
  resourcePool: 'that of the cluster',
  datastore: 'the only one there',
  network: 'the only one there',
};

interface PlaceFieldsProps {
  places: SiteForm['places'];
  /** What vCenter has; undefined before it was asked. */
  choices: PlaceChoicesView | undefined;
  problems: Readonly<Partial<Record<PlaceKey, string>>>;
  onChange: (change: Partial<SiteForm['places']>) => void;
}

/** Where templates go: typed, or chosen once vCenter was asked what it has. */
export function PlaceFields({ places, choices, problems, onChange }: PlaceFieldsProps) {
  return placeKeys.map((key) => {
    const shared = {
      label: placeLabels[key],
      value: places[key],
      problem: problems[key],
      onChange: (value: string) => onChange({ [key]: value }),
    };
    return choices === undefined ? (
      <TextField key={key} {...shared} autoComplete="off" isRequired={false} help={`Left empty: ${leftOut[key]}`} />
    ) : (
      <Choice key={key} {...shared} empty={leftOut[key]} options={optionsOf(choices, places)[key]} />
    );
  });
}

interface ChoiceProps {
  label: string;
  value: string;
  empty: string;
  options: readonly string[];
  problem: string | undefined;
  onChange: (value: string) => void;
}

function Choice({ label, value, empty, options, problem, onChange }: ChoiceProps) {
  const id = useId();
  // What is stored may be gone from vCenter; it is shown until another is chosen.
  const all = value === '' || options.includes(value) ? options : [value, ...options];
  return (
    <FormGroup label={label} fieldId={id}>
      <FormSelect
        id={id}
        value={value}
        validated={problem === undefined ? 'default' : 'error'}
        onChange={(_event, next) => onChange(next)}
      >
        <FormSelectOption value="" label={`(${empty})`} />
        {all.map((one) => (
          <FormSelectOption key={one} value={one} label={one} />
        ))}
      </FormSelect>
      {problem !== undefined && <p className="field-problem">{problem}</p>}
    </FormGroup>
  );
}

/** What can be chosen, given what is chosen already. */
export function optionsOf(
  { datacenters }: PlaceChoicesView,
  places: SiteForm['places'],
): Readonly<Record<PlaceKey, readonly string[]>> {
  const within = datacenters.filter(({ name }) => places.datacenter === '' || places.datacenter === name);
  const clusters = within.flatMap((one) => one.clusters);
  const chosen = clusters.filter(({ name }) => places.cluster === '' || places.cluster === name);
  const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted();
  return {
    datacenter: datacenters.map(({ name }) => name),
    folder: distinct(within.flatMap(({ folders }) => folders)),
    cluster: distinct(clusters.map(({ name }) => name)),
    resourcePool: distinct(chosen.flatMap(({ resourcePools }) => resourcePools)),
    datastore: distinct(chosen.flatMap(({ datastores }) => datastores)),
    network: distinct(chosen.flatMap(({ networks }) => networks)),
  };
}
