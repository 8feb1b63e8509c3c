import type { RegisterCommand } from '../../context.ts';
import type { AdoptOptions } from './adopt.ts';

/** `sealift platform`: what the console knows of the platform it runs on. */
export const registerPlatform: RegisterCommand = (program, context) => {
  const several = (item: string, items: readonly string[]): string[] => [...items, item];
  program
    .command('platform')
    .description('What the console knows of the platform it upgrades.')
    .command('adopt')
    .description(
      'Looks at what the enterprise cluster runs and records it, once, where it is as a release of the synced pack registry; shows each difference otherwise.',
    )
    .argument('[version]', 'the release that runs, such as 4.2.12; without it the one that fits is found')
    .option(
      '--values <layer/pack=file>',
      'the values that the site runs in a layer where the cluster does not tell, such as cni/cni-calico=calico.yaml; may be repeated',
      several,
      [],
    )
    .option(
      '--defaults <layer/pack>',
      'a layer that runs the default values of its pack, where the cluster does not tell; may be repeated',
      several,
      [],
    )
    .option('--dry-run', 'show what was found and record nothing')
    .option('--json', 'print one JSON object')
    .action(async (version: string | undefined, options: Omit<AdoptOptions, 'version'>) => {
      const { adoptPlatform } = await import('./adopt.ts');
      await adoptPlatform({ ...options, version }, context);
    });
};
