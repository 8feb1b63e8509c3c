import { mutantsOf } from './mutant.ts';

export const siteMutants = mutantsOf('site', [
  [
    'a shared id of a form of its own counts as unique',
    'storage/identity/examine.ts',
    "if (wanted !== undefined && isShared(state, wanted)) return 'shared';",
    "if (wanted !== undefined && isDefaultForm(wanted) && isShared(state, wanted)) return 'shared';",
    'storage/identity/plan.test.ts',
  ],
  [
    'a chosen id that turns out to be shared is kept',
    'storage/identity/plan.ts',
    'if (wanted === undefined || isShared(state, wanted)) return undefined;',
    'if (wanted === undefined) return undefined;',
    'storage/identity/plan.test.ts',
  ],
  [
    'volumes move before the driver was started anew',
    'storage/identity/plan.ts',
    '  steps.push(...moves);\n  return { target, previous, steps };',
    '  return { target, previous, steps: [...moves, ...steps] };',
    'storage/identity/plan.test.ts',
  ],
  [
    'the driver is not started anew',
    'storage/identity/plan.ts',
    "if (!isStarted || (moves.length > 0 && isPending)) steps.push({ kind: 'restart', workload: at });",
    '',
    'storage/identity/plan.test.ts',
  ],
  [
    'an unfinished choice counts as done',
    'storage/identity/examine.ts',
    "if (plan.steps.length === 0) return 'unique';",
    "if (plan.steps.length < 2) return 'unique';",
    'storage/identity/plan.test.ts',
  ],
  [
    'what cannot be changed is changed',
    'storage/identity/plan.ts',
    '&& step.config.immutable',
    "&& step.config.immutable && target === ''",
    'storage/identity/plan.test.ts',
  ],
]);
