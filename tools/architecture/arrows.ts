import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path/posix';
import { parseSync } from 'oxc-parser';

/** Which of our packages each package may import; the same picture is drawn in ARCHITECTURE.md. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  io: ['core'],
  oci: ['core', 'io'],
  vsphere: ['core', 'io'],
  kubernetes: ['core', 'io'],
  s3: ['core', 'io'],
  registry: ['core', 'io', 'oci'],
  bundle: ['core', 'io', 'oci'],
  upgrade: ['core'],
  simulator: ['core', 'io', 'upgrade'],
  site: ['core', 'io', 'oci', 'vsphere', 'kubernetes', 'upgrade'],
  server: ['core', 'io', 'oci', 's3', 'registry', 'bundle', 'vsphere', 'kubernetes', 'upgrade', 'site', 'simulator'],
  console: ['core'],
  gateway: ['core', 'io', 'oci', 'bundle'],
  cli: [
    'core',
    'io',
    'oci',
    's3',
    'registry',
    'bundle',
    'vsphere',
    'kubernetes',
    'upgrade',
    'site',
    'simulator',
    'server',
    'gateway',
  ],
  testkit: ['core', 'oci', 'upgrade'],
};

/** Packages that also run where there is no Node: in the browser, or inside another program. */
const withoutNode = new Set(['core', 'console']);

/** A source file by its path from the root of the repository, as `packages/core/src/pack/pack.ts`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** The package it is in. */
  readonly from: string;
  /** The package of ours that it leads to. */
  readonly to: string;
  readonly test: boolean;
}

/** One file that leads to another, both by their path from the root. */
export interface FileArrow {
  readonly from: string;
  readonly to: string;
}

export interface Findings {
  /** `path: what is wrong`, sorted. */
  readonly violations: readonly string[];
  readonly imports: readonly Import[];
  /** Among files of one package; tests do not count. */
  readonly fileArrows: readonly FileArrow[];
}

/** Judges the imports and exports of sources against the arrows. */
export function examine(files: readonly SourceFile[]): Findings {
  const violations: string[] = [];
  const imports: Import[] = [];
  const fileArrows: FileArrow[] = [];
  for (const file of files) {
    const from = /^packages\/([^/]+)\//.exec(file.path)?.[1];
    if (from === undefined) continue;
    const test = isTest(file.path);
    const refuse = (reason: string): void => void violations.push(`${file.path}: ${reason}`);
    if (arrows[from] === undefined) refuse(`package ${from} has no arrows; add it to tools/architecture/arrows.ts`);
    const { specifiers, unreadable, hasDefaultExport } = readModule(file);
    // It tells a tool how to build or test, and is in nothing that is built.
    const isConfig = file.path.endsWith('.config.ts');
    if (hasDefaultExport && !isConfig) refuse('it has a default export');
    if (unreadable !== undefined) refuse(unreadable);
    for (const specifier of specifiers) {
      if (specifier.startsWith('.') && !test) {
        fileArrows.push({ from: file.path, to: normalize(join(dirname(file.path), specifier)) });
      }
      const to = packageOf(specifier, file.path);
      if (to !== undefined) {
        imports.push({ from, to, test });
        const reason = judge(from, to, specifier, test);
        if (reason !== undefined) refuse(reason);
      } else if (isBuiltin(specifier) && withoutNode.has(from) && !test && !isConfig) {
        refuse(`${from} must run without Node, and imports ${specifier}`);
      }
    }
  }
  return { violations: violations.sort(), imports, fileArrows };
}

function judge(from: string, to: string, specifier: string, test: boolean): string | undefined {
  const relative = specifier.startsWith('.');
  if (!test && /\/(?:testing|contract)\//.test(specifier)) return `what ships must not lean on a fake (${specifier})`;
  if (from === to) return relative ? undefined : `it imports its own package by name (${specifier}); use the path`;
  if (relative) return `it reaches into package ${to} by path (${specifier}); use @sealift/${to}/…`;
  if (test && to === 'testkit') return undefined;
  return arrows[from]?.includes(to) === true ? undefined : `${from} must not import ${to} (${specifier})`;
}

/** Tests, and what only tests use: fixtures, the folders `test` and `testing`, and the contracts that drivers are held to. */
export function isTest(path: string): boolean {
  return /\.(?:test|fixture)\.tsx?$|\/(?:test|testing|contract)\//.test(path) || path.startsWith('packages/testkit/');
}

/** The package of ours that an import leads to, or undefined for others' packages and files outside packages/. */
function packageOf(specifier: string, path: string): string | undefined {
  if (specifier.startsWith('.')) {
    return /^packages\/([^/]+)\//.exec(normalize(join(dirname(path), specifier)))?.[1];
  }
  return /^@sealift\/([^/]+)/.exec(specifier)?.[1];
}

/** What a module imports and exports. */
export interface ModuleFacts {
  readonly specifiers: readonly string[];
  readonly unreadable: string | undefined;
  readonly hasDefaultExport: boolean;
}

export function readModule({ path, text }: SourceFile): ModuleFacts {
  const { module, errors } = parseSync(path, text);
  const hidden: string[] = [];
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest }) => {
    const source = text.slice(moduleRequest.start, moduleRequest.end);
    const literal = /^(['"`])([^'"`$]*)\1$/.exec(source)?.[2];
    if (literal === undefined) hidden.push(source);
    return literal === undefined ? [] : [literal];
  });
  const reexported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest.value])),
  );
  const [error] = errors;
  return {
    specifiers: [...module.staticImports.map(({ moduleRequest }) => moduleRequest.value), ...reexported, ...dynamic],
    unreadable: error?.message ?? (hidden[0] === undefined ? undefined : `it imports a computed path (${hidden[0]})`),
    hasDefaultExport: module.staticExports.some(({ entries }) =>
      entries.some(({ exportName }) => ['Default'].includes(exportName.kind) || exportName.name === 'default'),
    ),
  };
}

/** A cycle among packages, as `a → b → a`, or undefined. Tests do not count: their helpers may lead back. */
export function findCycle(imports: readonly Import[]): string | undefined {
  const edges = imports.filter(({ from, to, test }) => !test && from !== to);
  return circlesOf(edges)[0]?.join(' → ');
}

/**
 * Every group of files that lead to each other in a circle, each as the sorted list of its files. Imports of types count: they tie
 * the files together for whoever reads them.
 */
export function fileCircles(arrows: readonly FileArrow[]): readonly (readonly string[])[] {
  const next = neighbours(arrows);
  const reach = (start: string): Set<string> => {
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (seen.has(file)) continue;
      seen.add(file);
      open.push(...(next.get(file) ?? []));
    }
    return seen;
  };
  // Only what is on a circle reaches itself; asked of few, as most files are on none.
  const candidates = circlesOf(arrows).flat();
  const groups = new Map<string, readonly string[]>();
  for (const file of new Set(candidates)) {
    const group = [...reach(file)].filter((other) => reach(other).has(file)).toSorted();
    groups.set(group.join(' '), group);
  }
  return [...groups.values()].toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
}

function neighbours(arrows: readonly FileArrow[]): Map<string, Set<string>> {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of arrows) next.set(from, (next.get(from) ?? new Set()).add(to));
  return next;
}

/** The circles that a depth-first walk closes, each as the trail that comes back to its start. */
function circlesOf(arrows: readonly FileArrow[]): string[][] {
  const next = neighbours(arrows);
  const circles: string[][] = [];
  const finished = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) {
      circles.push([...trail.slice(trail.indexOf(name)), name]);
      return;
    }
    if (finished.has(name)) return;
    for (const other of next.get(name) ?? []) visit(other, [...trail, name]);
    finished.add(name);
  };
  for (const name of next.keys()) visit(name, []);
  return circles;
}
