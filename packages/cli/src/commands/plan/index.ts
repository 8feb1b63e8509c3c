import type { RegisterCommand } from '../../context.ts';
import type { PlanOptions } from './plan.ts';

/** `sealift plan`: the way to a release over as many hops as it takes. */
export const registerPlan: RegisterCommand = (program, context) => {
  program
    .command('plan')
    .description(
      'Plans the way to a release over as many hops as it takes: what each hop needs, other ways, and why releases are refused.',
    )
    .option('--from <version>', 'where it begins; without it what the platform runs')
    .option('--to <version>', 'where it leads; without it the newest release that can be reached')
    .option('--releases <file...>', 'plan by these release.yaml files and bundles instead of the console; needs --from')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExit code 1 where there is no way.')
    .action(async (options: PlanOptions) => {
      const { showPath } = await import('./plan.ts');
      await showPath(options, context);
    });
};
