import { defineErrors } from '../definition.ts';

export const cliErrors = defineErrors({});
