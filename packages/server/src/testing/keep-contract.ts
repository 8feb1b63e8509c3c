import { readFileSync } from 'node:fs';
import { Contract, type SeenAnswer } from './contract.ts';

const described = new URL('../../../../docs/reference/openapi.json', import.meta.url);
let contract: Contract | undefined;

/** The contract of this version's API, as `docs/reference/openapi.json` keeps it. */
export function contractOfApi(): Contract {
  contract ??= new Contract(JSON.parse(readFileSync(described, 'utf8')) as ConstructorParameters<typeof Contract>[0]);
  return contract;
}

/** What the clients of tests do with every answer: one that is not as it is described fails the test. */
export function assertDocumented(answer: SeenAnswer): void {
  const faults = contractOfApi().faultsOf(answer);
  if (faults.length === 0) return;
  throw new Error(`not as the API is described (node tools/generate.ts writes that anew): ${faults.join('; ')}`);
}
