import { draftRows } from './draft.ts';
import { firstPageRows } from './first-page.ts';
import { gatewayRows } from './gateways.ts';

/** The system console's answers and its first page, beside what is demanded of them. */
export const parts = { draft: draftRows, page: firstPageRows, gateways: gatewayRows };

/** A thousand agents need minutes. */
export const onDemand = ['gateways'];
