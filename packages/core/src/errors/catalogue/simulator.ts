import { defineErrors } from '../definition.ts';

export const simulatorErrors = defineErrors({});
