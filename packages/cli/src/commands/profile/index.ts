import type { RegisterCommand } from '../../context.ts';
import type { EditOptions } from './edit.ts';
import type { HistoryOptions } from './history.ts';

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
    .command('edit')
    .description(
      'Gives a layer new values: shows the difference and what does not fit, makes a draft, looks at the site, and applies them once they are confirmed. Another draft makes room for it. Exit 2 where something is in the way.',
    )
    .argument('<layer>', 'the layer or the pack, such as cni or cni-calico')
    .option('--values <file>', 'the whole text of the new values')
    .option(
      '--set <path=value>',
      'another value of one line at a path, such as charts.calico.mtu=9000; may be given again',
      (item: string, all: readonly string[] | undefined) => [...(all ?? []), item],
    )
    .option('--dry-run', 'show the difference and what does not fit; make no draft')
    .option('--yes', 'confirm what is shown without being asked, where nothing is in the way')
    .option('--wait', 'once they are confirmed, follow them to the end')
    .option('--json', 'print one JSON object')
    .action(async (layer: string, options: EditOptions) => {
      const { editValues } = await import('./edit.ts');
      await editValues(layer, options, context);
    });
  profile
    .command('history')
    .description('Shows what a layer ran before, and which upgrade ended it.')
    .argument('<layer>', 'the layer or the pack, such as cni or cni-calico')
    .option('--after <cursor>', 'goes on with older ones, as the page before says')
    .option('--json', 'print one JSON object with the values of each')
    .action(async (layer: string, options: HistoryOptions) => {
      const { showHistory } = await import('./history.ts');
      await showHistory(layer, options, context);
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
