import type { RegisterCommand } from '../../context.ts';
import type { FetchOptions } from './download.ts';

/** `sealift download`: fetches a bundle from a web server. */
export const registerDownload: RegisterCommand = (program, context) => {
  program
    .command('download')
    .description('Fetches a bundle from a web server, goes on where it was cut, and verifies what came.')
    .argument('<url|version>', 'the address of a bundle; or a version, to be found in the index that --from names')
    .option('--from <url>', 'the folder that `sealift releases publish` was run on, as the server gives it out')
    .option('--product <name>', 'of which product, where the index has releases of several')
    .option('--pack <name>', 'the bundle of this pack in place of a release')
    .option('-o, --output <file>', 'where to write it; else under its own name in the folder you are in')
    .option('--have <folder>', 'take a differential bundle, if what it builds on is in the bundles of this folder')
    .option('--registry', 'take one, if what it builds on is in the registry that bundles are uploaded to')
    .option('--base <version>', 'take one that builds on this version, which you say is at the site')
    .option('--sha256 <digest>', 'what the SHA-256 of the file must be, where the server has no index')
    .option('--public-key <file>', 'trust this public key alone, instead of the trusted keys of this machine')
    .option('--accept-older-index', 'take an index that is older than one seen before, and count on from it')
    .option('--username <name>', 'log in to the server with this name; the password is asked for')
    .option(
      '--password-file <file>',
      'with --username: read the password from a file, - for standard input; else it is asked for',
    )
    .option('--ca-file <file>', 'trust the certificates of this PEM file too')
    .option('--connections <number>', 'how many ranges are fetched at a time, 1 to 16', '4')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print errors only')
    .addHelpText(
      'after',
      `
Logins: --username, else SEALIFT_DOWNLOAD_USERNAME and SEALIFT_DOWNLOAD_PASSWORD, else the entry of the host in
~/.netrc ($NETRC), else you are asked. They go to the server that is named, and to no other that it leads to.
Run it again after a failure: what came is kept in .<name>.download beside the file.`,
    )
    .action(async (what: string, options: FetchOptions) => {
      const { download } = await import('./download.ts');
      await download(what, options, context);
    });
};
