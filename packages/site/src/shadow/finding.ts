/** What a person has to know before the control plane is taken to another version of Kubernetes, or back. */
export interface Finding {
  /**
   * - `exits`: the other API server ends by itself when it starts; `never-ready`: it runs and never serves.
   * - `orphan`: an object stays in etcd out of reach of the API; `unreadable`: a kind is served and cannot be listed.
   * - `unwritable`: an object cannot be written as it is, or made once more.
   * - `dropped-field`: a field that is shown now is not shown there, and is lost with the next write; `changed-field`: it has another value there.
   */
  readonly kind: FindingKind;
  /** For a person: `HorizontalPodAutoscaler.autoscaling default/web`, or the program. */
  readonly object: string;
  readonly text: string;
  readonly remedy: string;
  /** How many further objects of its kind have the same. */
  readonly more: number;
}

export const findingKinds = [
  'exits',
  'never-ready',
  'orphan',
  'unreadable',
  'unwritable',
  'dropped-field',
  'changed-field',
] as const;
export type FindingKind = (typeof findingKinds)[number];

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
