import { cpSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { build, harborview, readRelease, versions } from './build.ts';

/** Kubernetes of each of the sample's releases. */
export type KubernetesVersions = Readonly<Record<(typeof versions)[number], string>>;

const copied = ['packs', 'site', ...versions];

/**
 * Copies the sample into an empty folder, with other versions of Kubernetes than its own, for a cluster that has only those, and makes
 * the releases' images and node images there.
 */
export async function copyWithKubernetes(folder: string, kubernetes: KubernetesVersions): Promise<void> {
  for (const name of copied) {
    const source = join(harborview, name);
    cpSync(source, join(folder, name), { recursive: true, filter: (path) => !isMade(relative(source, path)) });
  }
  // The longer one first: 1.26.1 is the beginning of 1.26.10.
  const changes = versions
    .map((version) => [readRelease(version).spec.kubernetes.version, kubernetes[version]] as const)
    .toSorted(([a], [b]) => b.length - a.length);
  for (const path of filesBelow(folder)) changeFile(path, changes);
  for (const name of readdirSync(join(folder, 'packs'))) {
    const [renamed] = changes.flatMap(([from, to]) => (name === `kubernetes-${from}` ? [`kubernetes-${to}`] : []));
    if (renamed !== undefined) renameSync(join(folder, 'packs', name), join(folder, 'packs', renamed));
  }
  for (const version of versions) await build(version, join(folder, version, 'build'), folder);
}

function isMade(path: string): boolean {
  return ['build', 'charts'].includes(basename(path));
}

function filesBelow(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return paths.filter((path) => statSync(path).isFile());
}

function changeFile(path: string, changes: readonly (readonly [from: string, to: string])[]): void {
  const text = readFileSync(path, 'utf8');
  let changed = text;
  for (const [from, to] of changes) {
    const dotless = (version: string): string => `-k-${version.replaceAll('.', '')}-`;
    changed = changed.replaceAll(from, to).replaceAll(dotless(from), dotless(to));
  }
  changed = changed.replace(/^( +supported: ).*$/m, `$1"${rangeOf(changes.map(([, to]) => to))}"`);
  if (changed !== text) writeFileSync(path, changed);
}

/** From the oldest minor to the newest of some versions. */
function rangeOf(versionsOfKubernetes: readonly string[]): string {
  const minors = versionsOfKubernetes.map((version) => version.split('.').map(Number));
  const numbers = minors.map(([, minor = 0]) => minor);
  const [major = 1] = minors[0] ?? [];
  return `>=${major}.${Math.min(...numbers)} <${major}.${Math.max(...numbers) + 1}`;
}

/** `<folder> 4.2.12=<version> 4.2.13=<version>` */
if (import.meta.main) {
  const [folder = '', ...given] = process.argv.slice(2);
  const named = new Map(given.map((pair) => pair.split('=', 2) as [string, string]));
  const version = (of: (typeof versions)[number]): string => named.get(of) ?? readRelease(of).spec.kubernetes.version;
  await copyWithKubernetes(folder, { '4.2.12': version('4.2.12'), '4.2.13': version('4.2.13') });
}
