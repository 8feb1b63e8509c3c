import { draftRows } from './draft.ts';

/** The system console's answers, beside what is demanded of them. */
export const parts = { draft: draftRows };
