import { Checkbox } from '@patternfly/react-core';
import { useId } from 'react';
import { LoginFields } from '../../components/login-fields.tsx';
import { TextField } from '../../components/text-field.tsx';
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
      <LoginFields
        form={{ user: form.accessKey, secret: form.secretKey, ca: form.ca }}
        labels={{ user: 'Access key', secret: 'Secret key' }}
        hasSecret={hasSecret}
        keptWhile="address, access key and CA"
        problems={{ user: problems.accessKey, secret: problems.secretKey, ca: problems.ca }}
        onChange={({ user: accessKey = form.accessKey, secret: secretKey = form.secretKey, ca = form.ca }) =>
          set({ accessKey, secretKey, ca })
        }
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
