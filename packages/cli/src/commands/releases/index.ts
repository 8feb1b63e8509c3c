import type { RegisterCommand } from '../../context.ts';
import type { PublishOptions } from './publish.ts';

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
  releases
    .command('publish')
    .description(
      'Checks every bundle of a folder and writes a signed index beside them, so that `sealift download` can fetch them from any web server.',
    )
    .argument('<folder>', 'the folder that the server gives out; bundles in it end with .bin')
    .requiredOption('--key <file>', 'the secret key that signs, as `sealift keys generate` or minisign wrote it')
    .option(
      '--key-password-file <file>',
      'file with the password of that key, - for standard input; else it is asked for',
    )
    .option('--dry-run', 'check everything, write nothing')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print errors only')
    .action(async (folder: string, options: PublishOptions) => {
      const { publish } = await import('./publish.ts');
      await publish(folder, options, context);
    });
};
