export { catalogue, type ErrorCode } from './catalogue.ts';
export type { ErrorDefinition, NextAction } from './definition.ts';
export { fromProblem } from './from-problem.ts';
export { toProblem } from './problem.ts';
export { type Problem, problemSchema } from './problem-schema.ts';
export { reasonOf } from './reason-of.ts';
export { asSealiftError, type ErrorDetails, isSealiftError, SealiftError } from './sealift-error.ts';
