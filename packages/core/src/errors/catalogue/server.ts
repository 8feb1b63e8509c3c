import { defineErrors } from '../definition.ts';

export const serverErrors = defineErrors({});
