import { apiProblemSchema } from '@sealift/core/api';
import { ProblemError } from '../src/api/http.ts';
import { problem } from '../test/fixture/fixture-api.ts';

/** An error that the server answers, as a component gets it. */
export function refusal(...said: Parameters<typeof problem>): ProblemError {
  return new ProblemError(apiProblemSchema.parse(problem(...said).body));
}
