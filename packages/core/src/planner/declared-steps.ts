import type { DeclaredAction } from '../release/declared/declared-step.ts';
import type { Release } from '../release/release.ts';
import type { DeclaredStepKind } from '../upgrade/step/step.ts';
import type { StepDraft } from './step-draft.ts';

type DeclaredDraft = Extract<StepDraft, { readonly kind: DeclaredStepKind }>;

/** Of the steps that a release declares those that stand before or after a place: all nodes, all layers, or a layer by its id. */
export function declaredSteps({
  spec,
}: Release): (side: 'before' | 'after', point: string) => readonly DeclaredDraft[] {
  const drafts = (spec.releaseSteps ?? []).map(({ name, title, at, do: action }) => ({
    at,
    draft: draftOf(name, title, action),
  }));
  return (side, point) => drafts.filter(({ at }) => at[side] === point).map(({ draft }) => draft);
}

/** Whether a step is one that a release declares. */
export function isDeclared(step: StepDraft): step is DeclaredDraft {
  return 'target' in step && 'do' in step.target;
}

function draftOf(name: string, title: string, action: DeclaredAction): DeclaredDraft {
  switch (action.kind) {
    case 'own-objects':
      return { kind: action.kind, title, target: { name, do: action } };
    case 'move-stored-version':
      return { kind: action.kind, title, target: { name, do: action } };
    case 'wait-for':
      return { kind: action.kind, title, target: { name, do: action } };
    case 'migrate-claim':
      return { kind: action.kind, title, target: { name, do: action } };
    case 'set-field':
      return { kind: action.kind, title, target: { name, do: action } };
  }
}
