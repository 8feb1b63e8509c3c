import { defineErrors } from '../definition.ts';

export const upgradeErrors = defineErrors({});
