import { defineErrors } from '../definition.ts';

export const bundleErrors = defineErrors({});
