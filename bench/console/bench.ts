import { draftRows } from './draft.ts';
import { firstPageRows } from './first-page.ts';

/** The system console's answers and its first page, beside what is demanded of them. */
export const parts = { draft: draftRows, page: firstPageRows };
