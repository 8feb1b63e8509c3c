import { preflightSuite } from './suite.ts';

// Each fourth; `npm run test:long -- preflight` takes all.
preflightSuite(Number(process.env['ONE_IN'] ?? 4));
