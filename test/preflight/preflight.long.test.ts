import { preflightSuite } from './suite.ts';

preflightSuite(1);
