import type { Mutant } from './mutant.ts';
import { upgradeMutants } from './upgrade.ts';

/** Every mistake that the tests have to notice. */
export const mutants: readonly Mutant[] = [...upgradeMutants];
