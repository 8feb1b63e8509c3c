import type { RegisterCommand } from '../../context.ts';

/** `sealift profile`: the layers that the enterprise cluster runs, and their values. */
export const registerProfile: RegisterCommand = (program, context) => {
  const profile = program.command('profile').description('The layers of the enterprise cluster and their values.');
  profile
    .command('show')
    .description('Shows the layers, or the values of one.')
    .argument('[layer]', 'the layer or the pack, such as cni or cni-calico: prints its values')
    .option('--json', 'print one JSON object')
    .action(async (layer: string | undefined, options: { json?: true }) => {
      const { showProfile } = await import('./show.ts');
      await showProfile(layer, options, context);
    });
  profile
    .command('export')
    .description('Saves the values of every layer as a tar.gz.')
    .requiredOption('-o, --output <file>', 'the file to write; an older one is kept until the new one is whole')
    .option('--json', 'print one JSON object')
    .action(async (options: { output: string; json?: true }) => {
      const { exportProfile } = await import('./export.ts');
      await exportProfile(options, context);
    });
};
