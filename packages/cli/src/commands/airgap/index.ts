import type { Command } from 'commander';
import type { RegisterCommand } from '../../context.ts';
import type { RotateCertificatesOptions } from './rotate/certificates.ts';
import type { RotatePasswordsOptions } from './rotate/passwords.ts';
import type { AirgapServeOptions } from './serve/serve.ts';
import type { SetupOptions } from './setup/settings.ts';
import type { HostStatusOptions } from './status/status.ts';
import type { HostUpgradeOptions } from './upgrade/upgrade.ts';

/** `sealift airgap`: the support host, the machine inside the gap on which bundles are run. */
export const registerAirgap: RegisterCommand = (program, context) => {
  const airgap = program
    .command('airgap')
    .description('The support host: the machine inside the gap that has the registry and a file server.');

  withFolder(airgap.command('setup'))
    .description('Sets this machine up as a support host, or shows its details again.')
    .argument('<host>', 'the DNS name or IP address by which others reach this machine')
    .option('--also-name <name>', 'another name or address of this machine; may be given again', collect, [])
    .option('--listen <address>', 'the IP address that the services listen on; else 0.0.0.0, which is all')
    .option('--registry-port <port>', 'the port of the registry; else 5443')
    .option('--files-port <port>', 'the port of the file server; else 8443')
    .option('--pack-base <path>', 'where packs are below the registry; else sealift/packs')
    .option('--image-base <path>', 'where images are below the registry; else sealift/images')
    .option('--cert <file>', 'a certificate of yours with those that stand above it, PEM; else one is made')
    .option('--key <file>', 'with --cert: its private key, PEM')
    .option('--ca <file>', 'with --cert: the root that clients have to trust, PEM; else one that this machine trusts')
    .option('--systemd', 'write a unit for each service; of root for the system, of others for themselves')
    .option('--unit-dir <folder>', 'with --systemd: where to write them')
    .option('--account <name>', 'with --systemd, as root: who the services run as; else sealift-airgap')
    .option('--executable <file>', 'what the services run; else this sealift')
    .option('--dry-run', 'check everything, say what would be written, and write nothing')
    .option('--json', 'print one JSON object')
    .action(async (host: string, options: SetupOptions) => {
      const { setUpHost } = await import('./setup/setup.ts');
      await setUpHost(host, options, context);
    });

  withFolder(airgap.command('serve'))
    .description('Runs one of its services until it is stopped: what the units start.')
    .argument('<service>', 'registry or files')
    .action(async (service: string, options: AirgapServeOptions) => {
      const { serveHost } = await import('./serve/serve.ts');
      await serveHost(service, options, context);
    });

  withFolder(airgap.command('ready'))
    .description('Waits until one of its services serves: systemd counts it as started then.')
    .argument('<service>', 'registry or files')
    .option('--process <pid>', 'the process that is to serve; the wait ends with it')
    .action(async (service: string, options: { readonly dir?: string; readonly process?: string }) => {
      const { waitForService } = await import('./serve/ready.ts');
      await waitForService(service, options, context);
    });

  withFolder(airgap.command('status'))
    .description('Looks whether both services answer, when the certificate ends, and what room is left.')
    .option('--json', 'print one JSON object')
    .action(async (options: HostStatusOptions) => {
      const { showStatus } = await import('./status/status.ts');
      await showStatus(options, context);
    });

  const rotate = airgap.command('rotate').description('Replaces certificates or passwords while the services run.');
  withFolder(rotate.command('certificates'))
    .description('Puts another certificate in; the services take it without a stop.')
    .option('--cert <file>', 'a certificate of yours with those that stand above it, PEM; else one is made')
    .option('--key <file>', 'with --cert: its private key, PEM')
    .option('--ca <file>', 'with --cert: the root that clients have to trust, PEM; else one that this machine trusts')
    .option('--announce', 'with --cert: only put its root into the CA file, beside the one of before')
    .option('--json', 'print one JSON object')
    .action(async (options: RotateCertificatesOptions) => {
      const { rotateCertificates } = await import('./rotate/certificates.ts');
      await rotateCertificates(options, context);
    });
  withFolder(rotate.command('passwords'))
    .description('Makes new passwords and shows them once; those of before stay good for a while.')
    .option('--user <name>', 'only of this user: uploader or reader')
    .option('--old-hours <number>', 'for how many hours those of before stay good; 0 ends them at once', '24')
    .option('--retire-old', 'end those of before now, and make no new ones')
    .option('--json', 'print one JSON object')
    .action(async (options: RotatePasswordsOptions) => {
      const { rotatePasswords } = await import('./rotate/passwords.ts');
      await rotatePasswords(options, context);
    });

  withFolder(airgap.command('upgrade'))
    .description('Replaces the executable that the services run, and goes back where one does not come up.')
    .option('--executable <file>', 'the new one; else this sealift')
    .option('--dry-run', 'say what would be replaced, and change nothing')
    .option('--json', 'print one JSON object')
    .action(async (options: HostUpgradeOptions) => {
      const { upgradeHost } = await import('./upgrade/upgrade.ts');
      await upgradeHost(options, context);
    });
};

function withFolder(command: Command): Command {
  return command.option(
    '--dir <folder>',
    'where the support host keeps everything; else /var/lib/sealift-airgap, or ~/.local/share/sealift-airgap',
  );
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
