import { catalogue, type Problem, SealiftError } from '@sealift/core/errors';

/** What the console answered instead of success: its own problem details, with code, place and remedy unchanged. */
export class ApiProblem extends SealiftError<'PLATFORM_REFUSED'> {
  readonly problem: Problem;
  /** Of the console's code, where this sealift knows it. */
  override readonly exit: number;

  constructor(problem: Problem) {
    const { code, detail, hint, place } = problem;
    super('PLATFORM_REFUSED', { values: { detail, hint }, ...(place === undefined ? {} : { place }) });
    this.problem = problem;
    this.exit = new Map(Object.entries(catalogue)).get(code)?.exit ?? catalogue.PLATFORM_REFUSED.exit;
  }
}
