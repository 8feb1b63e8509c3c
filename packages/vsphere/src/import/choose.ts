import { SealiftError } from '@sealift/core/errors';

interface Candidate {
  readonly name: string;
  /** Helps to tell candidates apart in a message. */
  readonly remark?: string;
}

interface Question {
  /** In the plural, such as `datacenters`. */
  readonly what: string;
  /** The option that answers it. */
  readonly option: string;
}

const shownChoices = 20;

/**
 * The one that is named, or the only one there is.
 *
 * @throws VSPHERE_CHOICE_NEEDED listing them; VSPHERE_PLACE_UNKNOWN
 */
export function chosen<Found extends Candidate>(
  candidates: readonly Found[],
  name: string | undefined,
  question: Question,
): Found {
  if (name !== undefined) return named(candidates, name, question);
  const [first] = candidates;
  if (first === undefined) throw unknown('any', candidates, question);
  if (candidates.length === 1) return first;
  throw new SealiftError('VSPHERE_CHOICE_NEEDED', { values: { ...question, choices: listed(candidates) } });
}

/** The one that is named. @throws VSPHERE_PLACE_UNKNOWN, VSPHERE_CHOICE_NEEDED when several have the name */
export function named<Found extends Candidate>(candidates: readonly Found[], name: string, question: Question): Found {
  const found = candidates.filter((candidate) => candidate.name === name);
  const [first] = found;
  if (first === undefined) throw unknown(JSON.stringify(name), candidates, question);
  if (found.length === 1) return first;
  const { what, option } = question;
  throw new SealiftError('VSPHERE_CHOICE_NEEDED', {
    values: { what: `${what} of the name ${JSON.stringify(name)}`, option, choices: listed(found) },
  });
}

function unknown(name: string, candidates: readonly Candidate[], { what, option }: Question): SealiftError {
  const values = { what: what.replace(/s$/, ''), name, choices: listed(candidates), option };
  return new SealiftError('VSPHERE_PLACE_UNKNOWN', { values });
}

function listed(candidates: readonly Candidate[]): string {
  if (candidates.length === 0) return 'none';
  const names = candidates
    .slice(0, shownChoices)
    .map(({ name, remark }) => `${name.slice(0, 100)}${remark === undefined ? '' : ` (${remark})`}`);
  const more = candidates.length > shownChoices ? ` and ${candidates.length - shownChoices} more` : '';
  return `${names.join(', ')}${more}`;
}
