import { SearchInput, TextInput, ToolbarItem } from '@patternfly/react-core';
import type { AuditSearch } from '../../api/audit.ts';

interface AuditFilterProps {
  search: AuditSearch;
  onChange: (search: AuditSearch) => void;
}

/** What entries are looked for; the server looks. */
export function AuditFilter({ search, onChange }: AuditFilterProps) {
  const set = (field: keyof AuditSearch) => (_event: unknown, value: string) => onChange({ ...search, [field]: value });
  return (
    <>
      <ToolbarItem>
        <SearchInput
          aria-label="Text in actor, action, subject or address"
          placeholder="Text in any of them"
          value={search.text}
          onChange={set('text')}
          onClear={() => onChange({ ...search, text: '' })}
        />
      </ToolbarItem>
      <ToolbarItem>
        <TextInput aria-label="Actor" placeholder="Actor" value={search.actor} onChange={set('actor')} />
      </ToolbarItem>
      <ToolbarItem>
        <TextInput
          aria-label="Action, or its first part"
          placeholder="Action, such as account"
          value={search.action}
          onChange={set('action')}
        />
      </ToolbarItem>
      <ToolbarItem>
        <TextInput aria-label="From this day" type="date" value={search.from} onChange={set('from')} />
      </ToolbarItem>
      <ToolbarItem>
        <TextInput aria-label="Up to this day" type="date" value={search.to} onChange={set('to')} />
      </ToolbarItem>
    </>
  );
}
