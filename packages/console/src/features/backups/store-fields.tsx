import { Checkbox } from '@patternfly/react-core';
import { useId } from 'react';
import { TextField } from '../../components/text-field.tsx';
import { TextFileField } from '../../components/text-file-field.tsx';
import type { problemsOf, StoreForm } from './store-form.ts';

interface StoreFieldsProps {
  form: StoreForm;
  /** Whether there is a secret that is used while none is typed. */
  hasSecret: boolean;
  problems: ReturnType<typeof problemsOf>;
  onChange: (change: Partial<StoreForm>) => void;
}

/** Address, bucket and login of a store that speaks S3. */
export function StoreFields({ form, hasSecret, problems, onChange: set }: StoreFieldsProps) {
  const id = useId();
  return (
    <>
      <TextField
        label="Address"
        value={form.endpoint}
        onChange={(endpoint) => set({ endpoint })}
        autoComplete="off"
        help="Of the S3 interface, without a path, such as https://s3.example:9000"
        problem={problems.endpoint}
      />
      <TextField
        label="Region"
        value={form.region}
        onChange={(region) => set({ region })}
        autoComplete="off"
        help="Stores of your own often have us-east-1"
        problem={problems.region}
      />
      <TextField
        label="Bucket"
        value={form.bucket}
        onChange={(bucket) => set({ bucket })}
        autoComplete="off"
        help="It has to be there already"
        problem={problems.bucket}
      />
      <TextField
        label="Prefix"
        value={form.prefix}
        onChange={(prefix) => set({ prefix })}
        autoComplete="off"
        isRequired={false}
        help="Before the name of each backup, such as site-a/: a site of its own has one of its own"
        problem={problems.prefix}
      />
      <TextField
        label="Access key"
        value={form.accessKey}
        onChange={(accessKey) => set({ accessKey })}
        autoComplete="off"
        problem={problems.accessKey}
      />
      <TextField
        label="Secret key"
        type="password"
        value={form.secretKey}
        onChange={(secretKey) => set({ secretKey })}
        autoComplete="new-password"
        isRequired={!hasSecret}
        help={
          hasSecret
            ? 'Left empty: the stored one, while address, access key and CA stay as they are'
            : 'Stored sealed, and never shown again'
        }
        problem={problems.secretKey}
      />
      <TextFileField
        label="CA certificates"
        value={form.ca}
        onChange={(ca) => set({ ca })}
        isRequired={false}
        help="PEM; left empty, those that the machine of the console trusts"
        problem={problems.ca}
      />
      <Checkbox
        id={id}
        label="The bucket stands in the path, not in the name of the host"
        isChecked={form.pathStyle}
        onChange={(_event, pathStyle) => set({ pathStyle })}
      />
    </>
  );
}
