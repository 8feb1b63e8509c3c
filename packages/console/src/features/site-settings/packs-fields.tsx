import { FormGroup, Radio } from '@patternfly/react-core';
import type { SiteView } from '@sealift/core/api';
import type { SiteField } from '@sealift/core/site';
import { useId } from 'react';
import { TextField } from '../../components/text-field.tsx';
import type { SiteForm, VariablesChoice } from './site-form.ts';
import { TextFileField } from '../../components/text-file-field.tsx';
import { variablesText } from './variables-text.ts';

interface PacksFieldsProps {
  form: SiteForm;
  view: SiteView;
  problems: Readonly<Partial<Record<SiteField, string>>>;
  onChange: (change: Partial<SiteForm>) => void;
}

/** What packs are applied with: the registry that nodes pull from, and the variables that values refer to. */
export function PacksFields({ form, view, problems, onChange }: PacksFieldsProps) {
  return (
    <>
      {view.startedWith.includes('imageRegistry') ? (
        <p>The console was started with an image registry (--image-registry): it holds.</p>
      ) : (
        <RegistryFields form={form} problems={problems} onChange={onChange} />
      )}
      {view.startedWith.includes('variables') ? (
        <p>The console was started with a file of variables (--variables-file): it holds.</p>
      ) : (
        <VariablesFields
          variables={form.variables}
          stored={view.settings?.variables}
          problem={problems.variables}
          onChange={(change) => onChange({ variables: { ...form.variables, ...change } })}
        />
      )}
    </>
  );
}

function RegistryFields({ form, problems, onChange }: Omit<PacksFieldsProps, 'view'>) {
  return (
    <>
      <TextField
        label="Image registry"
        value={form.imageRegistry}
        onChange={(imageRegistry) => onChange({ imageRegistry })}
        autoComplete="off"
        isRequired={false}
        help="As nodes reach it, with the path that bundles push images to: harbor.example/sealift/images. Left empty: nodes have a mirror of the registries that packs name"
        problem={problems.imageRegistry}
      />
      {form.imageRegistry.trim() !== '' && (
        <TextField
          label="Login of the image registry"
          value={form.pullSecret}
          onChange={(pullSecret) => onChange({ pullSecret })}
          autoComplete="off"
          isRequired={false}
          help="A Secret of the enterprise cluster (kubernetes.io/dockerconfigjson), as namespace/name. Left empty: it asks for none"
          problem={problems['imageRegistry.pullSecret']}
        />
      )}
    </>
  );
}

interface VariablesFieldsProps {
  variables: SiteForm['variables'];
  stored: NonNullable<SiteView['settings']>['variables'] | undefined;
  problem: string | undefined;
  onChange: (change: Partial<SiteForm['variables']>) => void;
}

function VariablesFields({ variables, stored, problem, onChange }: VariablesFieldsProps) {
  const id = useId();
  const choices: readonly (readonly [VariablesChoice, string])[] = [
    ['none', 'None'],
    ...(stored ? [['stored', `The stored ones: ${variablesText(stored)}`] as const] : []),
    ['given', 'Others, given whole'],
  ];
  return (
    <>
      <FormGroup label="Variables that packs refer to" role="radiogroup" fieldId={id} isStack>
        {choices.map(([choice, words]) => (
          <Radio
            key={choice}
            id={`${id}-${choice}`}
            name={id}
            label={words}
            isChecked={variables.choice === choice}
            onChange={() => onChange({ choice })}
          />
        ))}
        {problem !== undefined && variables.choice !== 'given' && <p className="field-problem">{problem}</p>}
      </FormGroup>
      {variables.choice === 'given' && (
        <TextFileField
          label="Variables"
          value={variables.text}
          onChange={(text) => onChange({ text })}
          help="YAML, one name: value a line, for .spectro.var.<name>. Stored sealed, and their values never shown again"
          problem={problem}
        />
      )}
    </>
  );
}
