import { defineErrors } from '../definition.ts';

export const registryErrors = defineErrors({});
