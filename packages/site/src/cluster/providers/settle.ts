import type { AgreedField } from '@sealift/kubernetes/apply';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { isDefinition } from '@sealift/kubernetes/order';
import { containersOf, isDeployment } from './deployment.ts';
import { fillIn } from './fill-in.ts';
import { presumedBase, settleArguments } from './flags.ts';
import { mayBeByHand, othersOf } from './installers.ts';
import { type Place, valueAt, withValue } from './places.ts';

/** What is remembered of a Deployment, so that what a person set there is known later. */
export interface Remembered {
  /** By container: arguments from which those that a person set are told. */
  readonly bases: Readonly<Record<string, readonly string[]>>;
  /** Fields that were found set by hand. */
  readonly fields: readonly string[];
}

/** An object as it is to be applied. */
export interface SettledObject {
  readonly object: KubeObject;
  /** From what it was told what a person set: the same again where the applying is cut. Undefined of what is no Deployment. */
  readonly during?: Remembered;
  /** From what it will be told the next time. */
  readonly after?: Remembered;
  /** What stays as a person set it. */
  readonly kept: readonly string[];
  /** What runs and will not any more, as it was the former components' own. */
  readonly dropped: readonly string[];
  /** Variables that have no value: nothing may be applied. */
  readonly open: readonly string[];
  /** Whose fields pass to us, since what we give them holds what these set. */
  readonly agreed: readonly AgreedField[];
}

/** How many, how large and where is a site's own decision. */
const places: readonly Place[] = [
  ['spec', 'replicas'],
  ...['nodeSelector', 'tolerations', 'affinity', 'topologySpreadConstraints', 'priorityClassName'].map((field) => [
    'spec',
    'template',
    'spec',
    field,
  ]),
];
const containers = ['spec', 'template', 'spec', 'containers'];
/** Marks what clusterctl looks after. */
const inventoryLabel = /^clusterctl\.cluster\.x-k8s\.io(\/|$)/;

/**
 * An object of the components with what the running one has of the site: flags, numbers and places that a person set, values of variables, and the
 * labels by which clusterctl knows it.
 *
 * @param live undefined where it is not there yet
 * @param remembered of the components that were applied last, or of an attempt that was cut
 */
export function settle(coming: KubeObject, live: KubeObject | undefined, remembered?: Remembered): SettledObject {
  if (isDefinition(coming)) {
    return { object: withLabels(coming, live), kept: [], dropped: [], open: [], agreed: [] };
  }
  const settled = isDeployment(coming) ? settleDeployment(coming, live, remembered) : undefined;
  const { object, kept, open } = fillIn(settled?.object ?? coming, live);
  const name = nameOf(referenceOf(coming));
  const told = (what: string): string => `${name}: ${what}`;
  return {
    ...settled,
    object: withLabels(object, live),
    kept: [...(settled?.kept ?? []), ...kept].map(told),
    dropped: (settled?.dropped ?? []).map(told),
    open: [...(settled?.open ?? []), ...open].map(told),
    agreed: settled?.agreed ?? [],
  };
}

function settleDeployment(coming: KubeObject, live: KubeObject | undefined, remembered?: Remembered): SettledObject {
  const running = live === undefined ? [] : containersOf(live);
  const told = { kept: [] as string[], dropped: [] as string[], open: [] as string[] };
  const during = new Map<string, readonly string[]>();
  const after = new Map<string, readonly string[]>();
  const agreed: AgreedField[] = [];
  let object = coming;
  for (const [index, { name, args }] of containersOf(coming).entries()) {
    const field = `${fieldOf(containers)}[name=${JSON.stringify(name)}].args`;
    const now = running.find((one) => one.name === name);
    const known = Object.hasOwn(remembered?.bases ?? {}, name) ? remembered?.bases[name] : undefined;
    const isByHand = live !== undefined && mayBeByHand(live, field);
    const base = now === undefined ? [] : (known ?? presumedBase(args, now.args, isByHand));
    const settled = settleArguments({ coming: args, running: now?.args ?? [], base });
    during.set(name, base);
    after.set(name, settled.base);
    for (const list of ['kept', 'dropped', 'open'] as const) told[list].push(...settled[list]);
    object = withValue(object, [...containers, index, 'args'], settled.args.length === 0 ? undefined : settled.args);
    const owners = live === undefined ? [] : othersOf(live, field);
    agreed.push(...owners.map(({ manager = '' }) => ({ manager, field })));
  }
  const fields = live === undefined ? [] : sizesOf(coming, live, remembered?.fields ?? []);
  for (const { place, value, shown } of fields) {
    object = withValue(object, place, value);
    told.kept.push(shown);
  }
  const remember = (bases: ReadonlyMap<string, readonly string[]>): Remembered => ({
    bases: Object.fromEntries(bases),
    fields: fields.map(({ field }) => field),
  });
  return { object, during: remember(during), after: remember(after), agreed, ...told };
}

/** Values of the running Deployment that a person may have set and that are otherwise than what comes. */
function sizesOf(coming: KubeObject, live: KubeObject, known: readonly string[]) {
  const running = containersOf(live);
  const resources = containersOf(coming).flatMap(({ name }, index) => {
    const at = running.findIndex((one) => one.name === name);
    const field = `${fieldOf(containers)}[name=${JSON.stringify(name)}].resources`;
    if (at === -1) return [];
    const place = [...containers, index, 'resources'];
    return [{ field, shown: `resources of ${name}`, place, value: valueAt(live, [...containers, at, 'resources']) }];
  });
  const plain = places.map((place) => ({
    field: fieldOf(place),
    shown: String(place.at(-1)),
    place,
    value: valueAt(live, place),
  }));
  return [...plain, ...resources].filter(
    ({ field, place, value }) =>
      value !== undefined &&
      JSON.stringify(value) !== JSON.stringify(valueAt(coming, place)) &&
      (known.includes(field) || mayBeByHand(live, field)),
  );
}

function fieldOf(place: Place): string {
  return place.map((name) => `.${name}`).join('');
}

function withLabels(object: KubeObject, live: KubeObject | undefined): KubeObject {
  const own = Object.entries(live?.metadata.labels ?? {}).filter(([name]) => inventoryLabel.test(name));
  if (own.length === 0) return object;
  const labels = { ...Object.fromEntries(own), ...object.metadata.labels };
  return { ...object, metadata: { ...object.metadata, labels } };
}
