import type { RegisterCommand } from '../../context.ts';
import type { SupportBundleOptions } from './support-bundle.ts';

/** `sealift support-bundle`: what whoever helps needs to see. */
export const registerSupportBundle: RegisterCommand = (program, context) => {
  program
    .command('support-bundle')
    .description(
      'Saves versions, settings, journals, preflights, health and log of a console in one archive, without secrets.',
    )
    .option('-o, --output <file>', 'where to; else sealift-support-… in this folder')
    .option('--dry-run', 'only list what would be in it')
    .option('--json', 'print one JSON object')
    .action(async (options: SupportBundleOptions) => {
      const { saveSupportBundle } = await import('./support-bundle.ts');
      await saveSupportBundle(options, context);
    });
};
