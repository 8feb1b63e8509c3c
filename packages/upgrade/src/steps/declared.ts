import type { MigrateClaim } from '@sealift/core/release';
import type { StepDetails } from '@sealift/core/upgrade';
import { placeText } from '../declared/owning.ts';
import type { DeclaredWork } from '../ports/declared.ts';
import type { Observation, StepContext, StepDefinition, StepDirection } from './step.ts';

type WorkKind = DeclaredWork['kind'];

/** What a step that a release declares does to objects of the cluster, in one direction. */
function direction<Kind extends WorkKind>(workOf: (context: StepContext<Kind>) => DeclaredWork): StepDirection<Kind> {
  return {
    intent: (context) => intentOf(workOf(context)),
    async observe(context): Promise<Observation> {
      const found = await context.ports.declared.standing(workOf(context), context.cancel);
      return found.state === 'wait' ? { ...found, fraction: 0.5 } : found;
    },
    act: (context) => context.ports.declared.act(workOf(context), context.cancel),
  };
}

function intentOf(work: DeclaredWork): StepDetails {
  switch (work.kind) {
    case 'own-objects': {
      const objects = work.objects.map(({ kind, namespace, name }) => `${kind} ${namespace ?? ''}/${name}`);
      const { helm, managers } = work.owner;
      return helm === undefined
        ? { objects, managers: managers ?? [] }
        : { objects, release: `${helm.namespace}/${helm.release}`, managers: helm.managers };
    }
    case 'move-stored-version':
      return { definition: work.definition, from: work.from };
    case 'migrate-claim':
      return { claim: `${work.namespace}/${work.name}`, from: formText(work.from), to: formText(work.to) };
    case 'set-field':
      return { object: placeText(work.object), field: work.field, to: String(work.to) };
  }
}

function formText({ accessModes, storageClass }: MigrateClaim['to']): string {
  return `${accessModes.join(', ')}${storageClass === undefined ? '' : `, class ${storageClass || 'none'}`}`;
}

/** Gives objects that somebody else made to what the release applies. They stay with it. */
export const ownObjects: StepDefinition<'own-objects'> = { forward: direction(({ step }) => step.target.do) };

/** Stores the objects of a kind anew. They stay stored so. */
export const moveStoredVersion: StepDefinition<'move-stored-version'> = {
  forward: direction(({ step }) => step.target.do),
};

/** Makes a claim anew on the same volume. Back it is made anew as it was. */
export const migrateClaim: StepDefinition<'migrate-claim'> = {
  forward: direction(({ step }) => step.target.do),
  back: direction(({ step }) => reversed(step.target.do)),
};

/** Sets a field of an object, for good. */
export const setField: StepDefinition<'set-field'> = { forward: direction(({ step }) => step.target.do) };

function reversed(work: MigrateClaim): MigrateClaim {
  return { ...work, from: work.to, to: work.from };
}
