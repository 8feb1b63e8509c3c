import { defineErrors } from '../definition.ts';

export const mergeErrors = defineErrors({});
