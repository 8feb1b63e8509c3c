import { appendFileSync } from 'node:fs';

/** What a run of the proof counts, in one test or in all. */
export interface ProofFigures {
  /** Points at which something was made to go wrong. */
  readonly points: number;
  /** Points after which the end was that of an undisturbed run. */
  readonly equal: number;
  /** Distinct states of the model that were visited. */
  readonly states: number;
}

/** Where the figures of each test are gathered, when `npm run prove` runs it. */
export const figuresFile = 'SEALIFT_PROOF_FIGURES';

/** Tells figures of a test to `npm run prove`; without it nobody asks for them. */
export function tellProof(figures: Partial<ProofFigures>): void {
  const file = process.env[figuresFile];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figures)}\n`);
}
