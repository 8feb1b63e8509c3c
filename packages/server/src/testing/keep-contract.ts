import { describeApi } from '../app/describe-api.ts';
import { Contract, type SeenAnswer } from './contract.ts';

let contract: Promise<Contract> | undefined;

/** The contract of this version's API. */
export function ofThisVersion(): Promise<Contract> {
  contract ??= describeApi().then((document) => new Contract(document as ConstructorParameters<typeof Contract>[0]));
  return contract;
}

/** What every test's client does with every answer: one that is not as documented fails the test. */
export async function assertDocumented(answer: SeenAnswer): Promise<void> {
  const faults = (await ofThisVersion()).faultsOf(answer);
  if (faults.length > 0) throw new Error(`not as docs/reference/openapi.json says: ${faults.join('; ')}`);
}
