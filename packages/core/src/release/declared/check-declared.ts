import type { DocumentError } from '../../schema/document-error.ts';
import type { LayerName } from '../../pack/pack.ts';
import type { DeclaredCheck } from './declared-check.ts';
import type { DeclaredStep, MigrateClaim, SetField } from './declared-step.ts';
import { type Expectation, isOfValue } from './expectation.ts';
import { membersOf, parseFieldPath } from './field-path.ts';
import type { ObjectQuery } from './object-query.ts';

type Refuse = (reason: string, path: readonly PropertyKey[]) => DocumentError;

interface Declared {
  readonly checks: readonly DeclaredCheck[];
  readonly releaseSteps?: readonly DeclaredStep[] | undefined;
  readonly layers: readonly { readonly layer: LayerName; readonly pack: string }[];
}

/**
 * What the schemas of declared checks and steps cannot say.
 *
 * @throws DocumentError at the first contradiction
 */
export function checkDeclared({ checks, releaseSteps = [], layers }: Declared, refuse: Refuse): void {
  refuseTwice(checks, 'checks', refuse);
  refuseTwice(releaseSteps, 'releaseSteps', refuse);
  for (const [index, check] of checks.entries()) checkStatement(check, ['spec', 'checks', index], refuse);
  const points = new Set(['nodes', 'layers', ...layers.map(({ layer, pack }) => `${layer}-${pack}`)]);
  for (const [index, { at, do: action }] of releaseSteps.entries()) {
    const path = ['spec', 'releaseSteps', index];
    const [side, point = ''] = at.before !== undefined ? ['before', at.before] : ['after', at.after];
    if (!points.has(point)) throw refuse(`the release has no layer ${point}`, [...path, 'at', side]);
    if (action.kind === 'wait-for') checkStatement(action, [...path, 'do'], refuse);
    if (action.kind === 'own-objects') {
      const names = action.objects.map(({ apiVersion, kind, namespace = '', name }) =>
        [apiVersion, kind, namespace, name].join(' '),
      );
      const twice = names.findIndex((name, at) => names.indexOf(name) !== at);
      if (twice >= 0) throw refuse('it is named twice', [...path, 'do', 'objects', twice]);
      const kept = action.objects.findIndex(({ kind }) => withContent.has(kind));
      if (kept >= 0) {
        throw refuse('what is in it would be lost with it: going back removes what the former release does not have', [
          ...path,
          'do',
          'objects',
          kept,
          'kind',
        ]);
      }
    }
    if (action.kind === 'migrate-claim') checkClaim(action, [...path, 'do'], refuse);
    if (action.kind === 'set-field') checkSetField(action, [...path, 'do'], refuse);
  }
}

/** Kinds whose removal takes more with it than an object that can be made again. */
const withContent: ReadonlySet<string> = new Set([
  'CustomResourceDefinition',
  'Namespace',
  'PersistentVolume',
  'PersistentVolumeClaim',
]);

function refuseTwice(all: readonly { readonly name: string }[], part: string, refuse: Refuse): void {
  const names = new Set<string>();
  for (const [index, { name }] of all.entries()) {
    if (names.has(name)) throw refuse(`there are two of the name ${name}`, ['spec', part, index, 'name']);
    names.add(name);
  }
}

function checkStatement(
  {
    query,
    field,
    expect,
  }: { readonly query: ObjectQuery; readonly field?: string | undefined; readonly expect: Expectation },
  path: readonly PropertyKey[],
  refuse: Refuse,
): void {
  if (query.name !== undefined && query.selector !== undefined) {
    throw refuse('an object is named, and then no selector chooses', [...path, 'query', 'selector']);
  }
  if (field !== undefined && parseFieldPath(field) === undefined) {
    throw refuse(
      'it is no path of a field such as .status.phase, .spec.ports[0].port or .status.conditions[?(@.type=="Ready")].status',
      [...path, 'field'],
    );
  }
  if (field === undefined && isOfValue(expect)) throw refuse('of which field is not said', [...path, 'expect']);
  if (expect.count === undefined) return;
  const { atLeast, atMost } = expect.count;
  if (field !== undefined) throw refuse('objects are counted, and no field', [...path, 'field']);
  if (atLeast === undefined && atMost === undefined) throw refuse('no number is said', [...path, 'expect', 'count']);
  if ((atLeast ?? 0) > (atMost ?? Infinity)) {
    throw refuse('there can never be so many', [...path, 'expect', 'count', 'atMost']);
  }
}

/** What the API server, controllers and helm know objects by is nobody's setting. */
const notSettings = new Set(['apiVersion', 'kind', 'metadata', 'status']);

function checkSetField({ field, from, to }: SetField, path: readonly PropertyKey[], refuse: Refuse): void {
  const [first, second] = membersOf(field) ?? [];
  if (first === undefined) {
    throw refuse("it is no path of members such as .spec.version or .data['mode']", [...path, 'field']);
  }
  if (notSettings.has(first)) throw refuse(`${first} is no setting of an object`, [...path, 'field']);
  if (second === undefined) throw refuse('a whole part of the object is no field', [...path, 'field']);
  if (from.includes(to)) throw refuse('it is to be as it is', [...path, 'to']);
}

function checkClaim({ from, to }: MigrateClaim, path: readonly PropertyKey[], refuse: Refuse): void {
  const modes = (of: MigrateClaim['from']): string => of.accessModes.toSorted().join(' ');
  const isSameClass = to.storageClass === undefined || to.storageClass === from.storageClass;
  if (modes(from) === modes(to) && isSameClass) throw refuse('it is to be as it is', [...path, 'to']);
  // Else going back would not know it.
  if (to.storageClass !== undefined && from.storageClass === undefined) {
    throw refuse('the class that it has now is not said', [...path, 'from']);
  }
}
