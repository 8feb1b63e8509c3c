import { accuracyRows } from './accuracy.ts';
import { speedRows } from './speed.ts';

/** The merge beside `git merge-file`, node-diff3 and the `yaml` library's parser. */
export const parts = { accuracy: accuracyRows, speed: speedRows };
