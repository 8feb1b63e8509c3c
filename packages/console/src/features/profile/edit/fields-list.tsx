import { SearchInput } from '@patternfly/react-core';
import { useMemo, useState } from 'react';
import type { LayerValues } from '@sealift/core/api';
import { schemaFields, searchFields } from './schema-fields.ts';

/** What the pack says of its values: each field with type, default and description, to be searched. */
export function FieldsList({ values: { jsonSchema, schemaMissing } }: { values: LayerValues }) {
  const [search, setSearch] = useState('');
  const fields = useMemo(() => (jsonSchema === null ? [] : schemaFields(jsonSchema)), [jsonSchema]);
  const found = searchFields(fields, search);
  if (schemaMissing !== null) {
    return <p className="nothing">What the pack says of its values cannot be read: {schemaMissing}</p>;
  }
  if (fields.length === 0) return <p className="nothing">This pack does not describe its values.</p>;
  return (
    <div className="fields">
      <SearchInput
        aria-label="Search the pack’s fields"
        placeholder="Search fields"
        value={search}
        onChange={(_event, text) => setSearch(text)}
        onClear={() => setSearch('')}
      />
      <p role="status" className="quiet">
        {found.length} of {fields.length} fields
      </p>
      {/* Scrolled by keyboard, too. */}
      <div className="fields-found" role="group" tabIndex={0} aria-label="Fields of the pack">
        <dl>
          {found.map((field) => (
            <div key={field.path}>
              <dt>
                <code>{field.path}</code> {field.required && '(required)'}
              </dt>
              <dd>
                {field.description}{' '}
                <span className="quiet">
                  {field.type}
                  {field.default !== undefined && `; default ${field.default}`}
                </span>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}
