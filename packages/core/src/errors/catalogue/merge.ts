import { defineErrors } from '../definition.ts';

/** Failures of the three-way merge of values. */
export const mergeErrors = defineErrors({
  MERGE_YAML_INVALID: {
    message: '{text} is not valid YAML: {reason}\n{excerpt}',
    hint: 'Correct the line shown and merge again; nothing was changed.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  MERGE_KEY_DUPLICATE: {
    message: '{text} has the key {key} twice in one mapping, in line {first} and in line {second}\n{excerpt}',
    hint: 'Keep one of the two entries; programs disagree about which one counts.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  MERGE_TOO_DEEP: {
    message: '{text} is nested deeper than {limit} levels\n{excerpt}',
    hint: 'Flatten the values at the line shown; no chart reads values nested so deep.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  MERGE_ALIASES_EXPLODE: {
    message: '{text} stands for more than {limit} values once its aliases are followed\n{excerpt}',
    hint: 'Write the values out in place of the aliases at the line shown.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  MERGE_ALIAS_UNSOUND: {
    message:
      'the merged text would give {path} another value than was decided, because of an anchor or alias there\n{excerpt}',
    hint: 'Write the value out in place of the alias shown, then merge again; nothing was changed.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  MERGE_TOO_LONG: {
    message: 'the merge was not done within {seconds} seconds, and was stopped',
    hint: 'Shorten the longest text or list of the values, or move it to a file of its own; nothing was changed.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  MERGE_INPUT_UNREADABLE: {
    message: '{what} cannot be read: {reason}',
    hint: 'Give --base, --current and --incoming, each a file of YAML in UTF-8.',
    status: 400,
    exit: 2,
    next: 'needs-a-person',
  },
  MERGE_RESOLUTION_INVALID: {
    message: 'the resolution for {path} cannot be applied: {reason}',
    hint: 'Take current, incoming or base, or give a value that is valid YAML.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  MERGE_MIGRATION_INVALID: {
    message: 'the migration of {pointer} cannot be applied: {reason}',
    hint: 'Correct the release’s migration, or leave it out and settle the path by hand.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
});
