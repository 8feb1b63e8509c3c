import type { RegisterCommand } from '../../context.ts';
import { registerCns } from './cns.ts';
import { withConnection } from './connection.ts';
import type { RoleOptions } from './role.ts';
import type { TemplatesOptions } from './templates.ts';
import type { ImportTemplateOptions } from './import-template.ts';

/** `sealift vsphere`: what an upgrade needs of vCenter. */
export const registerVsphere: RegisterCommand = (program, context) => {
  const vsphere = program.command('vsphere').description('vCenter: node images as templates.');
  const repeated = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  withConnection(
    vsphere
      .command('import-template')
      .description(
        'Makes a template of a node image, where the platform looks for it and under the name it looks for. Where names are alike, a place is given by its inventory path (/DC0/host/C0) or managed object id (domain-c8).',
      )
      .argument('<image>', 'an OVA, an http(s) URL of one, a folder with an unpacked one, or a bundle'),
  )
    .option('--datacenter <name>', 'datacenter; may be left out where there is one')
    .option(
      '--folder <path>',
      'VM folder for the template: below that of the datacenter, or /DC0/vm/…',
      'spectro-templates',
    )
    .option('--create-folder', 'make the folder when it is missing')
    .option('--datastore <name>', 'datastore or datastore cluster; may be left out where the cluster has one')
    .option('--cluster <name>', 'cluster or host; may be left out where there is one')
    .option('--resource-pool <name>', "resource pool; the cluster's own by default")
    .option(
      '--network <name>',
      'network, or IMAGE-NETWORK=NAME; may be repeated, or left out where there is one',
      repeated,
    )
    .option('--name <name>', 'name of the template; r_ and the name of the image without .ova by default')
    .option('--sha256 <hex>', 'SHA-256 that the OVA has to have; from a bundle it is known')
    .option('--public-key <file>', 'for a bundle: trust this public key alone')
    .option('--dry-run', 'look and check, change nothing')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print errors only')
    .action(async (image: string, options: ImportTemplateOptions) => {
      const { runImportTemplate } = await import('./import-template.ts');
      await runImportTemplate(image, options, context);
    });
  withConnection(
    vsphere
      .command('role')
      .description('Lists the privileges that the account in vCenter needs, or makes a role of them.'),
  )
    .option('--name <name>', 'name of the role', 'Sealift')
    .option('--create', 'make the role; one that is complete is left as it is')
    .option('--update', 'add to a role that is there what it lacks')
    .option('--dry-run', 'say what would be made, change nothing')
    .option('--json', 'print one JSON object')
    .action(async (options: RoleOptions) => {
      const { runRole } = await import('./role.ts');
      await runRole(options, context);
    });
  withConnection(
    vsphere
      .command('templates')
      .description(
        'Lists the node images in vCenter, and says of each that a release needs why the platform would not find it.',
      ),
  )
    .option(
      '--for <file>',
      'a bundle or release.yaml whose node image is wanted; may be repeated. Else what the platform offers as updates',
      repeated,
    )
    .option('--datacenter <name>', 'datacenter; may be left out where there is one')
    .option('--folder <path>', 'VM folder in which the platform looks', 'spectro-templates')
    .option('--cluster <name>', 'cluster whose resource pool a template without a snapshot passes through')
    .option('--resource-pool <name>', 'that resource pool')
    .option('--fix', 'mend what needs no person: folder, name, snapshot, mark')
    .option('--dry-run', 'with --fix: say what would be mended, change nothing')
    .option('--json', 'print one JSON object')
    .action(async (options: TemplatesOptions) => {
      const { runTemplates } = await import('./templates.ts');
      await runTemplates(options, context);
    });
  registerCns(vsphere, context);
};
