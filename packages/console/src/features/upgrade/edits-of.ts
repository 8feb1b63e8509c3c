import type { LayerEdit } from '@sealift/core/api';
import { ProblemError } from '../../api/http.ts';

/** What others did meanwhile, where that is why a change was refused. */
export function editsOf(error: unknown): readonly LayerEdit[] {
  return error instanceof ProblemError ? (error.problem.edits ?? []) : [];
}
