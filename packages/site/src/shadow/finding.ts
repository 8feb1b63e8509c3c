import { type FindingKind, findingKinds, type RehearsalFinding } from '@sealift/core/rehearsal';

export type Finding = Readonly<RehearsalFinding>;

const remedies: Readonly<Record<FindingKind, string>> = {
  exits:
    'Take the flag or the part of it that is named out of the extra arguments of the API server, then rehearse again.',
  'never-ready':
    'Take what is named out of the feature gates and the runtime config of the API server, or give the API server emulation-forward-compatible=true, then rehearse again.',
  orphan:
    'Save the object and delete it before, or go on and leave it: it is out of reach until that version of its API is served again.',
  unreadable: 'Look at the definition of the kind and its conversion, and mend them before.',
  unwritable: 'Change the object before so that both versions accept it, then rehearse again.',
  'dropped-field':
    'Take the field out of the object before, or go on and note it: it is gone with the next write of the object.',
  'changed-field': 'Write the value that is meant into the object before, so that no default decides.',
};

/** Findings by what they are about: the same of many objects of a kind is one that counts the others. */
export class Findings {
  readonly #found = new Map<string, Finding>();

  /** @param about what objects of the kind have in common, besides the finding's kind */
  add(kind: FindingKind, object: string, text: string, about: string): void {
    const key = JSON.stringify([kind, about]);
    const known = this.#found.get(key);
    const finding = known ?? { kind, object, text, remedy: remedies[kind], more: 0 };
    this.#found.set(key, known === undefined ? finding : { ...known, more: known.more + 1 });
  }

  /** All, by their kind. */
  get all(): readonly Finding[] {
    return [...this.#found.values()].toSorted((a, b) => findingKinds.indexOf(a.kind) - findingKinds.indexOf(b.kind));
  }
}
