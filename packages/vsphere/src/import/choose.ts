import { SealiftError } from '@sealift/core/errors';
import { unescapeName } from '../property/inventory.ts';
import { printReference, type Reference } from '../xml/reference.ts';

/** One of several objects of which one is chosen. */
export interface Candidate {
  readonly ref: Reference;
  /** As people write it. */
  readonly name: string;
  /** Inventory path, as vCenter escapes it. */
  readonly path: string;
  /** Helps to tell candidates apart in a message. */
  readonly remark?: string | undefined;
}

export interface Question {
  /** In the plural, such as `datacenters`. */
  readonly what: string;
  /** The option that answers it. */
  readonly option: string;
}

const shownChoices = 20;

/**
 * The one that is named, or the only one there is.
 *
 * @param name as for `matching`
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
  const values = { ...question, choices: listed(candidates) };
  throw new SealiftError('VSPHERE_CHOICE_NEEDED', { place: question.option, values });
}

/** The one that is named. @throws VSPHERE_PLACE_UNKNOWN, VSPHERE_CHOICE_NEEDED when several have the name */
export function named<Found extends Candidate>(candidates: readonly Found[], name: string, question: Question): Found {
  const found = matching(candidates, name);
  const [first] = found;
  if (first === undefined) throw unknown(JSON.stringify(name), candidates, question);
  if (found.length === 1) return first;
  const { what, option } = question;
  throw new SealiftError('VSPHERE_CHOICE_NEEDED', {
    place: option,
    values: { what: `${what} of the name ${JSON.stringify(name)}`, option, choices: listed(found) },
    hint: 'Name one with {option} by its inventory path or by the managed object id that stands behind it.',
  });
}

/**
 * Those that a person may mean: by name; else by inventory path, whole (`/DC0/host/a/C0`) or the end of one (`a/C0`); else by managed
 * object id (`domain-c8`, `ClusterComputeResource:domain-c8`). In paths `%2f`, `%5c` and `%25` are a slash, a backslash and a percent sign of a name.
 */
export function matching<Found extends Candidate>(candidates: readonly Found[], name: string): readonly Found[] {
  const byName = candidates.filter((candidate) => candidate.name === name || candidate.name === unescapeName(name));
  if (byName.length > 0) return byName;
  const wanted = segmentsOf(name);
  const isWhole = name.startsWith('/');
  const byPath = name.includes('/')
    ? candidates.filter((candidate) => {
        const path = segmentsOf(candidate.path);
        const end = isWhole ? path : path.slice(-wanted.length);
        return end.length === wanted.length && end.every((segment, index) => segment === wanted[index]);
      })
    : [];
  if (byPath.length > 0) return byPath;
  return candidates.filter(({ ref }) => ref.value === name || printReference(ref) === name);
}

/** The names in an inventory path, as people write them. */
export function segmentsOf(path: string): readonly string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map(unescapeName);
}

function unknown(name: string, candidates: readonly Candidate[], { what, option }: Question): SealiftError {
  const values = { what: what.replace(/s$/, ''), name, choices: listed(candidates), option };
  return new SealiftError('VSPHERE_PLACE_UNKNOWN', { place: option, values });
}

/** By name where all lie in one place, else by path; those that share a name with their id too. */
function listed(candidates: readonly Candidate[]): string {
  if (candidates.length === 0) return 'none';
  const shares = ({ name }: Candidate): boolean => candidates.filter((other) => other.name === name).length > 1;
  const places = new Set(candidates.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  const names = candidates.slice(0, shownChoices).map((candidate) => {
    const { name, path, ref, remark } = candidate;
    const called = places.size > 1 || shares(candidate) ? path.slice(0, 300) : name.slice(0, 100);
    const words = [...(shares(candidate) ? [ref.value] : []), ...(remark === undefined ? [] : [remark])];
    return `${called}${words.length === 0 ? '' : ` (${words.join(', ')})`}`;
  });
  const more = candidates.length > shownChoices ? ` and ${candidates.length - shownChoices} more` : '';
  return `${names.join(', ')}${more}`;
}
