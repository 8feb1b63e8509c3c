import { membersOf, type ObjectPlace, type ObjectQuery, valuesAt } from '@sealift/core/release';
import { formText, hasForm } from '@sealift/upgrade/declared/claim-form';
import { helmMarks, owningOf } from '@sealift/upgrade/declared/owning';
import { refused } from '@sealift/upgrade/declared/refused';
import { refusedSetting, settingOf } from '@sealift/upgrade/declared/setting';
import type { DeclaredWork, FoundObjects, Standing } from '@sealift/upgrade/ports/declared';
import { z } from 'zod';
import { type SimulatedObject, type SimulatorState } from './state.ts';

/** What it has of a query's objects. It serves every kind; which ones a release brings is not simulated. */
export function findObjects({ objects }: SimulatorState, query: ObjectQuery): FoundObjects {
  const { apiVersion, kind, namespace, name, selector } = query;
  const found = objects.filter(
    (one) =>
      one.apiVersion === apiVersion &&
      one.kind === kind &&
      (namespace === undefined || one.metadata.namespace === namespace) &&
      (name === undefined || one.metadata.name === name) &&
      (selector === undefined || selector.split(',').every((part) => selects(part.trim(), one.metadata.labels ?? {}))),
  );
  return { served: true, objects: found.map((object) => ({ name: nameOf(object), object })) };
}

/** How far what a release declares is. @throws DECLARED_STEP_REFUSED */
export function standingOf(state: SimulatorState, work: DeclaredWork): Standing {
  switch (work.kind) {
    case 'own-objects':
      return owningOf(work, taken(state, work.objects)).standing;
    case 'move-stored-version': {
      const stored = storedVersions(definitionOf(state, work.definition));
      const { definition, from } = work;
      if (!stored.includes(from)) {
        const message = `No object of ${definition} is stored in ${from}`;
        return { state: 'done', message, evidence: { definition, stored: [...stored] } };
      }
      return { state: 'act', message: `Storing objects of ${definition} anew, out of ${from}` };
    }
    case 'migrate-claim': {
      const { namespace, name, from, to } = work;
      const claimed = `${namespace}/${name}`;
      const what = { what: `the migration of the claim ${claimed}`, kind: 'PersistentVolumeClaim', name: claimed };
      const claim = state.objects.find((one) => isAt(one, claimPlace(work)));
      if (claim === undefined) throw refused(what, 'it is not there', 'Find out who removed it.');
      const form = formOf(claim);
      if (hasForm(form, to)) {
        const message = `The claim ${namespace}/${name} is ${formText(form)}`;
        return { state: 'done', message, evidence: { claim: `${namespace}/${name}`, form: formText(form) } };
      }
      if (!hasForm(form, from)) {
        throw refused(what, `it is ${formText(form)}, and not ${formText(from)}`, 'Ask the vendor of the release.');
      }
      return { state: 'act', message: `Making the claim ${namespace}/${name} anew as ${formText(to)}` };
    }
    case 'set-field': {
      const object = state.objects.find((one) => isAt(one, work.object));
      if (object === undefined) throw refusedSetting(work, 'it is not there', 'Find out who removed it.');
      return settingOf(work, valuesAt(object, stepsOf(work))[0]);
    }
  }
}

/** The state with it done; null where nothing was to do. @throws DECLARED_STEP_REFUSED */
export function withDone(state: SimulatorState, work: DeclaredWork): SimulatorState | null {
  if (standingOf(state, work).state !== 'act') return null;
  const change = (place: (one: SimulatedObject) => boolean, to: (one: SimulatedObject) => SimulatedObject) => ({
    ...state,
    objects: state.objects.map((one) => (place(one) ? to(one) : one)),
  });
  switch (work.kind) {
    case 'own-objects': {
      const { helm, managers = helm?.managers ?? [] } = work.owner;
      const marks = helm === undefined ? { labels: {}, annotations: {} } : helmMarks(helm);
      return change(
        (one) => work.objects.some((place) => isAt(one, place)),
        ({ metadata, ...one }) => {
          const { labels, annotations, managedFields } = metadata;
          const kept = managedFields?.filter(({ manager = '' }) => !managers.includes(manager));
          return {
            ...one,
            metadata: {
              ...metadata,
              labels: { ...labels, ...marks.labels },
              annotations: { ...annotations, ...marks.annotations },
              ...(kept === undefined ? {} : { managedFields: kept }),
            },
          };
        },
      );
    }
    case 'move-stored-version': {
      const { definition, from } = work;
      return change(
        (one) => one.kind === 'CustomResourceDefinition' && one.metadata.name === definition,
        (one) => ({ ...one, status: { storedVersions: storedVersions(one).filter((version) => version !== from) } }),
      );
    }
    case 'migrate-claim': {
      const { accessModes, storageClass } = work.to;
      return change(
        (one) => isAt(one, claimPlace(work)),
        (one) => ({
          ...one,
          spec: {
            ...(one['spec'] as object),
            accessModes,
            ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
          },
        }),
      );
    }
    case 'set-field':
      return change(
        (one) => isAt(one, work.object),
        (one) => withValue(one, membersOf(work.field) ?? [], work.to) as SimulatedObject,
      );
  }
}

function stepsOf({ field }: { readonly field: string }) {
  return (membersOf(field) ?? []).map((name) => ({ kind: 'member', name }) as const);
}

function withValue(value: unknown, [name, ...rest]: readonly string[], to: unknown): unknown {
  if (name === undefined) return to;
  const members = value as Readonly<Record<string, unknown>>;
  return { ...members, [name]: withValue(members[name], rest, to) };
}

function taken({ objects }: SimulatorState, places: readonly ObjectPlace[]) {
  return places.map((place) => ({ place, object: objects.find((one) => isAt(one, place)) }));
}

function isAt({ apiVersion, kind, metadata }: SimulatedObject, place: ObjectPlace): boolean {
  return (
    apiVersion === place.apiVersion &&
    kind === place.kind &&
    metadata.name === place.name &&
    metadata.namespace === place.namespace
  );
}

function claimPlace({ namespace, name }: { readonly namespace: string; readonly name: string }): ObjectPlace {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name };
}

const claimSchema = z.object({
  spec: z.object({ accessModes: z.array(z.string()).default([]), storageClassName: z.string().optional() }),
});

function formOf(claim: SimulatedObject) {
  const { accessModes, storageClassName: storageClass } = claimSchema.parse(claim).spec;
  return { accessModes, storageClass };
}

function definitionOf({ objects }: SimulatorState, name: string): SimulatedObject | undefined {
  return objects.find((one) => one.kind === 'CustomResourceDefinition' && one.metadata.name === name);
}

function storedVersions(definition: SimulatedObject | undefined): readonly string[] {
  const schema = z.object({ status: z.object({ storedVersions: z.array(z.string()) }) });
  return schema.safeParse(definition).data?.status.storedVersions ?? [];
}

/** The forms of a selector that compare one label. */
function selects(part: string, labels: Readonly<Record<string, string>>): boolean {
  const [, not = '', name = '', sign, value] = /^(!?)([^=!\s]+)\s*(?:(==|=|!=)\s*(\S*))?$/.exec(part) ?? [];
  const has = Object.hasOwn(labels, name);
  if (sign === undefined) return name !== '' && has !== (not === '!');
  return (labels[name] === value) === (sign !== '!=');
}

function nameOf({ kind, metadata: { namespace, name } }: SimulatedObject): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
