import { stringify } from 'yaml';

/** A value as YAML that people read: keys in the order of the alphabet, long texts on one line, no aliases. */
export function yamlText(value: unknown): string {
  return stringify(value, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
}
