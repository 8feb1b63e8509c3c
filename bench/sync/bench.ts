import { syncRows } from './sync.ts';

/** A catalogue of very many packs, beside what is demanded and beside a client that only fetches them. */
export const parts = { sync: syncRows };
