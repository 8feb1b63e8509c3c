import { stemOf, templateNameOf } from './image-name.ts';
import type { NodeImageMachine } from './node-image-machine.ts';

/** A node image that a release needs. */
export interface WantedImage {
  /** File name of the OVA. */
  readonly ova: string;
  /** SHA-256 of the OVA in hex, where the release is at hand. */
  readonly sha256?: string | undefined;
  readonly kubernetes?: string | undefined;
  /** What it can be imported from, a bundle; else the OVA has to be at hand. */
  readonly source?: string | undefined;
  /** Of the releases that need it. */
  readonly neededBy: readonly string[];
}

export type ProblemKind =
  | 'missing'
  | 'wrong-folder'
  | 'prefix-missing'
  | 'extension-kept'
  | 'case-differs'
  | 'several'
  | 'powered-on'
  | 'other-kubernetes'
  | 'other-content'
  | 'unproven'
  | 'no-snapshot'
  | 'not-marked';

/** Why the platform would not find or not use a template, and what to do. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly detail: string;
  readonly mend: string;
  /** Whether `mendTemplate` can do it. */
  readonly mendable: boolean;
}

/** One wanted image with the machine that is, or should become, its template. */
export interface TemplateReport {
  /** Name under which the platform looks for it. */
  readonly name: string;
  readonly wanted: WantedImage;
  /** Undefined when there is none, or several and none of the right name. */
  readonly machine: NodeImageMachine | undefined;
  /** Other machines with almost the same name. */
  readonly others: readonly NodeImageMachine[];
  /** Empty: the platform finds it. */
  readonly problems: readonly Problem[];
}

/** Says of each wanted image whether the platform finds its template, and of each near miss what is wrong with it. */
export function diagnose(
  wanted: readonly WantedImage[],
  machines: readonly NodeImageMachine[],
  folder: string,
): readonly TemplateReport[] {
  return wanted.map((image) => {
    const name = templateNameOf(image.ova);
    const near = machines.filter((machine) => stemOf(machine.name) === stemOf(name));
    const exact = near.find((machine) => machine.inTemplateFolder && machine.name === name);
    const machine = exact ?? (near.length === 1 ? near[0] : undefined);
    const others = near.filter((one) => one !== machine);
    const problems =
      machine === undefined ? absent(name, image, near) : [...placed(machine, name, folder), ...usable(machine, image)];
    return { name, wanted: image, machine, others, problems };
  });
}

function absent(name: string, { ova, source }: WantedImage, near: readonly NodeImageMachine[]): Problem[] {
  if (near.length === 0) {
    const mend = `sealift vsphere import-template ${source ?? ova}`;
    return [{ kind: 'missing', detail: `there is no template ${name}`, mend, mendable: false }];
  }
  const places = near.map((machine) => `${machine.folder}/${machine.name}`).join(', ');
  const detail = `several machines have almost the name ${name}: ${places}`;
  return [{ kind: 'several', detail, mend: 'Rename or remove all but the right one.', mendable: false }];
}

/** Whether the platform finds it: folder and name. */
function placed(
  { name: found, folder: where, inTemplateFolder }: NodeImageMachine,
  name: string,
  folder: string,
): Problem[] {
  const problems: Problem[] = [];
  if (!inTemplateFolder) {
    const detail = `${found} is in ${where}, the platform looks in ${folder}`;
    problems.push({ kind: 'wrong-folder', detail, mend: `Move it into ${folder}.`, mendable: true });
  }
  if (found === name) return problems;
  const mend = `Rename it to ${name}.`;
  const add = (kind: ProblemKind, detail: string) => problems.push({ kind, detail, mend, mendable: true });
  const kept = /\.ova$/i.test(found);
  const prefixed = /^r_/i.test(found);
  if (!prefixed) add('prefix-missing', `${found} lacks the prefix r_`);
  if (kept) add('extension-kept', `${found} still has the extension .ova`);
  if (prefixed && !kept) add('case-differs', `${found} differs from ${name} in capital letters`);
  return problems;
}

/** Whether it is the right image, and ready to be cloned. */
function usable(machine: NodeImageMachine, wanted: WantedImage): Problem[] {
  const wrong = otherContent(machine, wanted);
  if (wrong !== undefined) return [wrong];
  const problems: Problem[] = [];
  if (machine.poweredOn) {
    const mend = 'Shut it down; a machine that has run should be deployed anew.';
    return [{ kind: 'powered-on', detail: `${machine.name} is powered on`, mend, mendable: false }];
  }
  if (!isProven(machine, wanted)) {
    const detail = `nothing in ${machine.name} says which image it was made from`;
    const mend = 'Remove it and import the image.';
    problems.push({ kind: 'unproven', detail, mend, mendable: false });
  }
  if (!machine.hasSnapshot) {
    const detail = `${machine.name} has no snapshot, which linked clones need`;
    const mend = machine.template
      ? 'Convert it to a machine, take a snapshot, convert it back to a template.'
      : 'Take a snapshot before it is marked as template.';
    problems.push({ kind: 'no-snapshot', detail, mend, mendable: true });
  }
  if (!machine.template) {
    const detail = `${machine.name} is a machine and not marked as template`;
    problems.push({ kind: 'not-marked', detail, mend: 'Mark it as template.', mendable: true });
  }
  return problems;
}

/**
 * Whether something says that it is the wanted image: the digest it was imported with, or, of one deployed by hand, the Kubernetes
 * version that it holds. Where nothing is known of the image but its name, an import by that name has to do.
 */
function isProven({ identity, kubernetes }: NodeImageMachine, wanted: WantedImage): boolean {
  if (identity?.ova !== undefined && identity.ova === wanted.sha256) return true;
  if (kubernetes !== undefined && kubernetes === wanted.kubernetes) return true;
  return wanted.sha256 === undefined && wanted.kubernetes === undefined && identity !== undefined;
}

function otherContent({ name, identity, kubernetes }: NodeImageMachine, wanted: WantedImage): Problem | undefined {
  const mend = 'Rename or remove it, then import the image of the release.';
  if (identity?.ova !== undefined && wanted.sha256 !== undefined && identity.ova !== wanted.sha256) {
    const detail = `${name} was made from an OVA with SHA-256 ${identity.ova}, the release pins ${wanted.sha256}`;
    return { kind: 'other-content', detail, mend, mendable: false };
  }
  if (kubernetes !== undefined && wanted.kubernetes !== undefined && kubernetes !== wanted.kubernetes) {
    const detail = `${name} holds Kubernetes ${kubernetes}, the release needs ${wanted.kubernetes}`;
    return { kind: 'other-kubernetes', detail, mend, mendable: false };
  }
  return undefined;
}
