import type { RegisterCommand } from '../../context.ts';

/** `sealift platform`: what the console knows of the platform it runs on. */
export const registerPlatform: RegisterCommand = (program, context) => {
  program
    .command('platform')
    .description('What the console knows of the platform it upgrades.')
    .command('adopt')
    .description(
      'Records, once, which release the enterprise cluster already runs; its pack registry has to be synced.',
    )
    .argument('<version>', 'the release that runs, such as 4.2.12')
    .option(
      '--values <layer/pack=file>',
      'the values that the site runs where it customised them, such as cni/cni-calico=calico.yaml; may be repeated',
      (item: string, items: readonly string[]) => [...items, item],
      [],
    )
    .option('--json', 'print one JSON object')
    .action(async (version: string, options: { values: readonly string[]; json?: true }) => {
      const { adoptPlatform } = await import('./adopt.ts');
      await adoptPlatform({ ...options, version }, context);
    });
};
