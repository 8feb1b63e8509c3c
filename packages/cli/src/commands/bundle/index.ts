import type { RegisterCommand } from '../../context.ts';
import type { ExtractOptions } from './extract.ts';
import type { CreatePackOptions } from './create-pack.ts';
import type { CreateOptions } from './create.ts';
import type { LookOptions } from './inspect.ts';
import type { InventoryOptions } from './inventory.ts';

/** `sealift bundle`: makes, checks and runs bundles. */
export const registerBundle: RegisterCommand = (program, context) => {
  const bundle = program.command('bundle').description('Bundles: one signed file that carries a release over the gap.');
  bundle
    .command('create')
    .description('Makes a bundle of a release, or of one pack, and beside it the detached signature.')
    .option('-f, --file <release.yaml>', 'the release file; its paths are relative to its folder')
    .option('--pack <folder>', 'make the bundle of this pack in place of a release; may be docker://HOST/PATH:VERSION')
    .option('--image <source>', 'images of the pack, as in a release file, or NAME=SOURCE; may be repeated', addTo)
    .option('--elsewhere <image>', 'an image of the pack that every site has already; may be repeated', addTo)
    .option('--no-bring-sealift', 'of a pack: leave the executable out; sealift is installed where it is run')
    .option('-o, --output <file>', 'the bundle to write, such as airgap-v4.2.13.bin; of a pack there is a usual name')
    .requiredOption('--key <file>', 'the secret key that signs, as `sealift keys generate` or minisign wrote it')
    .option(
      '--key-password-file <file>',
      'file with the password of that key, - for standard input; else it is asked for',
    )
    .option('--base <file>', 'leave out what this bundle, or the registry of this inventory, has')
    .option(
      '--architecture <names>',
      'bring sealift for these alone: amd64, arm64 or both; else for all that can be had',
    )
    .option('--executable <file>', 'bring this sealift for its processor; may be repeated', addTo)
    .option('--split <size>', 'write parts of this size, such as 4GiB or 650MiB, instead of one file')
    .option('--dry-run', 'collect and check everything, write nothing')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print errors only')
    .action(async (options: CreateOptions & CreatePackOptions) => {
      const { chooseCreate, createFromPack } = await import('./create-pack.ts');
      const { createFromFile } = await import('./create.ts');
      if (chooseCreate(options) === 'pack') await createFromPack(options, context);
      else await createFromFile(options, context);
    });
  bundle
    .command('verify')
    .description('Verifies the signature and every byte of a bundle, without running anything of it.')
    .argument('<file>', 'the bundle')
    .option('--public-key <file>', 'trust this public key alone, instead of the trusted keys of this machine')
    .option('--json', 'print one JSON object: what was verified, with which key')
    .option('-q, --quiet', 'print errors only')
    .action(async (file: string, options: { publicKey?: string; json?: true; quiet?: true }) => {
      const { verifyFile } = await import('./verify.ts');
      await verifyFile(file, options, context);
    });
  bundle
    .command('extract')
    .description(
      'Verifies a bundle, then writes what it holds to a folder: an OCI image layout, with bundle.json beside it.',
    )
    .argument('<file>', 'the bundle')
    .argument('[folder]', 'a new or empty folder, or one that the same bundle was extracted to')
    .option('--public-key <file>', 'trust this public key alone, instead of the trusted keys of this machine')
    .option('--nodiskspace', 'do not look for room before')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print errors only')
    .action(async (file: string, folder: string | undefined, options: ExtractOptions) => {
      const { extractFile } = await import('./extract.ts');
      await extractFile(file, folder, options, context);
    });
  bundle
    .command('info')
    .description('Says what a bundle is; reads its signed manifest alone.')
    .argument('<file>', 'the bundle')
    .option('--public-key <file>', 'trust this public key alone, instead of the trusted keys of this machine')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: LookOptions) => {
      const { showInfo } = await import('./inspect.ts');
      await showInfo(file, options, context);
    });
  bundle
    .command('list')
    .description('Lists what a bundle holds, by name and digest.')
    .argument('<file>', 'the bundle')
    .option('--files', 'list the files inside, with their sizes')
    .option('--public-key <file>', 'trust this public key alone, instead of the trusted keys of this machine')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: LookOptions & { files?: true }) => {
      const { showList } = await import('./inspect.ts');
      await showList(file, options, context);
    });
  bundle
    .command('inspect')
    .description('Shows what is inside: release, packs, images, signatures, SBOMs and configuration schemas.')
    .argument('<file>', 'the bundle')
    .option('--schema <pack>', 'print the configuration schema of this pack, and nothing else')
    .option('--sbom <name>', 'print this SBOM, and nothing else')
    .option('--public-key <file>', 'trust this public key alone, instead of the trusted keys of this machine')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: LookOptions & { schema?: string; sbom?: string }) => {
      const { inspectFile } = await import('./inspect.ts');
      await inspectFile(file, options, context);
    });
  bundle
    .command('inventory')
    .description('Lists what the releases in the registry hold, for `bundle create --base`.')
    .requiredOption('-o, --output <file>', 'the inventory to write')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print errors only')
    .action(async (options: InventoryOptions) => {
      const { writeInventory } = await import('./inventory.ts');
      await writeInventory(options, context);
    });
  bundle
    .command('run', { hidden: true })
    .description('What a bundle does when it is run; its stub calls this.')
    .option('--unpacked', 'this executable was unpacked for this run: remove it')
    .argument('<file>', 'the bundle')
    .argument('[arguments...]', 'the options given to the bundle')
    .action(async (file: string, args: readonly string[], options: { unpacked?: true }) => {
      const { runBundle } = await import('./run.ts');
      await runBundle(file, args, { unpacked: options.unpacked === true }, context);
    });
};

function addTo(file: string, others: readonly string[] = []): readonly string[] {
  return [...others, file];
}
