import { FormGroup, Radio } from '@patternfly/react-core';
import type { SiteField } from '@sealift/core/site';
import { useId } from 'react';
import { TextField } from '../../components/text-field.tsx';
import type { SiteForm, TrustChoice } from './site-form.ts';
import { TextFileField } from '../../components/text-file-field.tsx';

interface VcenterFieldsProps {
  form: SiteForm;
  /** Whether there is a password that is used while none is typed. */
  hasPassword: boolean;
  problems: Readonly<Partial<Record<SiteField, string>>>;
  onChange: (change: Partial<SiteForm>) => void;
}

const trusts: readonly (readonly [TrustChoice, string])[] = [
  ['machine', 'The certificate authorities that the machine of the console trusts'],
  ['ca', 'These too'],
  ['thumbprint', 'One certificate and no other, by its SHA-256 thumbprint'],
];

/** Address, account and trust of vCenter. */
export function VcenterFields({ form, hasPassword, problems, onChange: set }: VcenterFieldsProps) {
  const id = useId();
  return (
    <>
      <TextField
        label="Address"
        value={form.url}
        onChange={(url) => set({ url })}
        autoComplete="off"
        help="Such as https://vcenter.example"
        problem={problems['vcenter.url']}
      />
      <TextField
        label="Account"
        value={form.username}
        onChange={(username) => set({ username })}
        autoComplete="off"
        help="With its domain, such as sealift@vsphere.local"
        problem={problems['vcenter.username']}
      />
      <TextField
        label="Password"
        type="password"
        value={form.password}
        onChange={(password) => set({ password })}
        autoComplete="new-password"
        isRequired={!hasPassword}
        help={
          hasPassword
            ? 'Left empty: the stored one, while address, account and trust stay as they are'
            : 'Stored sealed, and never shown again'
        }
        problem={problems['vcenter.password']}
      />
      <FormGroup label="Trusted" role="radiogroup" fieldId={id} isStack>
        {trusts.map(([trust, words]) => (
          <Radio
            key={trust}
            id={`${id}-${trust}`}
            name={id}
            label={words}
            isChecked={form.trust === trust}
            onChange={() => set({ trust })}
          />
        ))}
        {problems['vcenter.ca'] !== undefined && form.trust !== 'ca' && (
          <p className="field-problem">{problems['vcenter.ca']}</p>
        )}
      </FormGroup>
      {form.trust === 'ca' && (
        <TextFileField
          label="CA certificates"
          value={form.ca}
          onChange={(ca) => set({ ca })}
          help="PEM; vCenter offers its own at https://<vcenter>/certs/download.zip"
          problem={problems['vcenter.ca']}
        />
      )}
      {form.trust === 'thumbprint' && (
        <TextField
          label="SHA-256 thumbprint"
          value={form.thumbprint}
          onChange={(thumbprint) => set({ thumbprint })}
          autoComplete="off"
          help="Compare it with the one that vCenter shows"
          problem={problems['vcenter.thumbprint']}
        />
      )}
    </>
  );
}
