/** One mistake of the kind that is made at the end of a long day, and the test that is to notice it. */
export interface Mutant {
  /** What is wrong with it, in a few words. */
  readonly mistake: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** The text that is changed; it stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** The test file that fails with it; path from the root of the repository. */
  readonly test: string;
}

/** The mistakes of one package, whose paths are given without `packages/<name>/src/`; a test in `test/` by its whole path. */
export function mutantsOf(
  name: string,
  mistakes: readonly (readonly [mistake: string, file: string, from: string, to: string, test: string])[],
): Mutant[] {
  const path = (short: string): string => `packages/${name}/src/${short}`;
  const testPath = (test: string): string => (test.startsWith('test/') ? test : path(test));
  return mistakes.map(([mistake, file, from, to, test]) => ({
    mistake,
    file: path(file),
    from,
    to,
    test: testPath(test),
  }));
}

/** A file's text with the mistake in it. @throws Error when the text to change is not there exactly once */
export function applyMutant({ file, from, to }: Mutant, text: string): string {
  const [before, after, more] = text.split(from);
  if (before === undefined || after === undefined || more !== undefined) {
    throw new Error(`${file}: "${from}" must stand there exactly once`);
  }
  if (from === to) throw new Error(`${file}: "${from}" is changed to itself`);
  return `${before}${to}${after}`;
}
