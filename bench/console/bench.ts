import { draftRows } from './draft.ts';
import { gatewayRows } from './gateways.ts';

/** The system console's answers, beside what is demanded of them. */
export const parts = { draft: draftRows, gateways: gatewayRows };

/** A thousand agents need minutes. */
export const onDemand = ['gateways'];
