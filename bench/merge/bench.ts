import type { Row } from '../row.ts';
import { accuracyRows } from './accuracy.ts';
import { speedRows } from './speed.ts';

/** The merge beside `git merge-file`, node-diff3 and the `yaml` library's parser. */
export async function run(note: (text: string) => void): Promise<readonly Row[]> {
  return [...accuracyRows(note), ...speedRows()];
}
