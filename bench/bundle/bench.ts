import type { Row } from '../row.ts';
import { differentialRows } from './differential.ts';

/** What a bundle costs, beside the programs that one would use instead. */
export async function run(): Promise<readonly Row[]> {
  return await differentialRows();
}
