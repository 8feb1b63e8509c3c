import { downloadRows } from './download.ts';

/** What a download costs, beside curl. */
export const parts = { download: downloadRows };
