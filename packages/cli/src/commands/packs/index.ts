import type { RegisterCommand } from '../../context.ts';
import type { CreateOptions } from './create.ts';
import type { OutdatedOptions } from './outdated.ts';
import type { PushOptions } from './push.ts';

/** `sealift packs`: the packs of a site, and those that are being made. */
export const registerPacks: RegisterCommand = (program, context) => {
  const packs = program
    .command('packs')
    .description('Packs: what the catalogue has, what is newer, what uses them; and making them.');
  packs
    .command('list')
    .description('Lists the packs of the catalogue, with the bundles that hold each version.')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }) => {
      const { listPacks } = await import('./list.ts');
      await listPacks(options, context);
    });
  packs
    .command('outdated')
    .description('Lists which packs in use have newer versions, and which bundle holds them.')
    .option('--from <url>', 'look into the published index of the vendor too, for bundles that are not here yet')
    .option('--public-key <file>', 'trust this public key alone for that index, instead of those of this machine')
    .option('--username <name>', 'log in to that server with this name; the password is asked for')
    .option('--password-file <file>', 'with --username: read the password from a file, - for standard input')
    .option('--ca-file <file>', 'trust the certificates of this PEM file too')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExit code 0 also where something is newer; --json tells.')
    .action(async (options: OutdatedOptions) => {
      const { listOutdated } = await import('./outdated.ts');
      await listOutdated(options, context);
    });
  packs
    .command('where-used')
    .description('Says what uses a pack: layers of the enterprise cluster, packs that name it, releases.')
    .argument('<name>', 'the pack, such as cni-calico')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: { json?: true }) => {
      const { showUses } = await import('./where-used.ts');
      await showUses(name, options, context);
    });
  packs
    .command('create')
    .description('Begins the folder of a pack, with everything that one needs.')
    .argument('<folder>', 'a new or empty folder; its name is that of the pack unless --name is given')
    .requiredOption('--layer <layer>', 'kernel, os, k8s, cni, csi or addon')
    .option('--name <name>', 'the name of the pack')
    .option('--pack-version <version>', 'its version', '0.1.0')
    .option('--display-name <text>', 'its name for people')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, options: CreateOptions) => {
      const { createPack } = await import('./create.ts');
      await createPack(folder, options, context);
    });
  packs
    .command('validate')
    .description('Checks folders of packs, and names everything that is wrong with them by its place.')
    .argument('<folder...>', 'the folders')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExit code 2 where something is wrong; warnings alone leave it 0.')
    .action(async (folders: string[], options: { json?: true }) => {
      const { validateFolders } = await import('./validate.ts');
      await validateFolders(folders, options, context);
    });
  packs
    .command('push')
    .description(
      'Signs the pack of a folder and sends it with its images to the registry, where the next sync finds it.',
    )
    .argument('<folder>', 'the folder of the pack')
    .requiredOption('--key <file>', 'the secret key that signs, as `sealift keys generate` or minisign wrote it')
    .option(
      '--key-password-file <file>',
      'file with the password of that key, - for standard input; else it is asked for',
    )
    .option('--image <source>', 'images of the pack, as in a release file, or NAME=SOURCE; may be repeated', addTo)
    .option('--elsewhere <image>', 'an image of the pack that every site has already; may be repeated', addTo)
    .option('--dry-run', 'collect and check everything, send nothing')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print errors only')
    .action(async (folder: string, options: PushOptions) => {
      const { pushPack } = await import('./push.ts');
      await pushPack(folder, options, context);
    });
};

function addTo(source: string, others: readonly string[] = []): readonly string[] {
  return [...others, source];
}
