import type { RegisterCommand } from '../../context.ts';

/** `sealift releases`: a vendor's releases beside each other. */
export const registerReleases: RegisterCommand = (program, context) => {
  const releases = program
    .command('releases')
    .description('Looks at releases beside each other, before they are given away.');
  releases
    .command('lint')
    .description(
      'Finds releases that nothing leads to or from, declared steps that no site may take, and node images that contradict their Kubernetes.',
    )
    .argument('<file...>', 'release.yaml files and bundles, all that sites may run')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExit code 2 where something is wrong; warnings alone leave it 0.')
    .action(async (files: string[], options: { json?: true }) => {
      const { lintFiles } = await import('./lint.ts');
      await lintFiles(files, options, context);
    });
};
