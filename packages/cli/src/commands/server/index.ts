import type { Command } from 'commander';
import type { RegisterCommand } from '../../context.ts';
import type { ServerPackOptions } from './pack/write-pack.ts';
import type { ServerRunOptions } from './run.ts';
import type { ServerUnitOptions } from './unit.ts';

const defaultListen = '127.0.0.1:8480';

/** `sealift server`: the system console, and what starts it on a machine with systemd. */
export const registerServer: RegisterCommand = (program, context) => {
  const server = program
    .command('server')
    .description('The system console: web pages, API, registry and upgrade engine.');
  const run = server
    .command('run')
    .description(
      'Runs the system console until stopped. DATABASE_URL names a PostgreSQL server (postgres://user:password@host:5432/database); without it an embedded store in the data folder is used, for trials. Options about vCenter, images and the proxy can be variables too: --vcenter-ca-file is SEALIFT_VCENTER_CA_FILE.',
    )
    .requiredOption('--data <folder>', 'where its store, registry content and backups live');
  addRunOptions(run)
    .option('--json', 'print one line of JSON when ready: {"url":…,"setupUrl":…}')
    .action(async (options: ServerRunOptions) => {
      const { runServer } = await import('./run.ts');
      await runServer(options, context);
    });
  const unit = server
    .command('unit')
    .description(
      'Writes a systemd unit that runs the system console with the options given here, as an account that owns nothing else. Nothing is enabled or started.',
    )
    .option('--data <folder>', 'where its store, registry content and backups live', '/var/lib/sealift');
  addRunOptions(unit)
    .option('--user <name>', 'the account that it runs as', 'sealift')
    .option(
      '--environment-file <file>',
      'file that DATABASE_URL stands in, and what else is secret; systemd reads it as root',
      '/etc/sealift/server.env',
    )
    .option('--executable <file>', 'the sealift that the unit starts, where it is not this one')
    .option('-o, --out <file>', 'the unit', '/etc/systemd/system/sealift.service')
    .option('--print', 'print the unit and write nothing')
    .action(async (options: ServerUnitOptions) => {
      const { writeServerUnit } = await import('./unit.ts');
      await writeServerUnit(options, unit, context);
    });
  server
    .command('ready')
    .description('Waits until the console of this machine is ready: systemd counts it as started then.')
    .option('--listen <address>', 'address and port that it listens on', defaultListen)
    .option('--process <pid>', 'the process that is to answer; the wait ends with it')
    .action(async (options: { readonly listen: string; readonly process?: string }) => {
      const { waitForConsole } = await import('./ready.ts');
      await waitForConsole(options, context);
    });
  server
    .command('pack')
    .description(
      'Makes packs of this console and the image that they run, for a release whose platform runs the console in its own cluster.',
    )
    .requiredOption('-o, --output <folder>', 'a new folder for the packs and the image')
    .requiredOption(
      '--base <source>',
      'the image that it is made on, as in a release file: of Linux, with glibc 2.28 or newer and libstdc++',
    )
    .option('--image <name>', 'what the image is called, without a tag', 'sealift.dev/console')
    .option(
      '--with <file>',
      'a program to put beside it, such as helm, for the one architecture; may be repeated',
      addTo,
    )
    .option('--architecture <names>', 'make it for these alone: amd64, arm64 or both; else for all that can be had')
    .option('--executable <file>', 'take this sealift for its processor; may be repeated', addTo)
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print errors only')
    .action(async (options: ServerPackOptions) => {
      const { writeConsolePacks } = await import('./pack/write-pack.ts');
      await writeConsolePacks(options, context);
    });
  server
    .command('stand-by')
    .description('Does nothing until it is stopped: so a node of the cluster keeps the image of the console.')
    .action(async () => {
      const { standBy } = await import('./pack/stand-by.ts');
      await standBy(context);
    });
};

function addTo(one: string, others: readonly string[] = []): readonly string[] {
  return [...others, one];
}

/** What a console is told, whoever starts it. */
function addRunOptions(command: Command): Command {
  return command
    .option('--listen <address>', 'address and port; port 0 takes a free one', defaultListen)
    .option('--simulator <url>', 'the simulated vSphere cluster that `sealift simulator run` serves')
    .option(
      '--vcenter <url>',
      'the vCenter of the enterprise cluster; else SEALIFT_VCENTER. With --simulator only its templates and storage are used',
    )
    .option('--vcenter-username <name>', 'account in vCenter; else SEALIFT_VCENTER_USERNAME')
    .option(
      '--vcenter-password-file <file>',
      'file with its password; else SEALIFT_VCENTER_PASSWORD, else the file SEALIFT_VCENTER_PASSWORD_FILE',
    )
    .option('--vcenter-ca-file <file>', 'trust the CA certificates in this file (PEM) beside those of the system')
    .option('--vcenter-thumbprint <sha256>', 'trust exactly the certificate of this SHA-256 thumbprint')
    .option('--vcenter-datacenter <name>', 'datacenter; may be left out where there is one')
    .option('--vcenter-folder <path>', 'VM folder of the templates; spectro-templates by default')
    .option(
      '--vcenter-cluster <name>',
      'cluster or host that templates are made on; may be left out where there is one',
    )
    .option('--vcenter-resource-pool <name>', "resource pool; the cluster's own by default")
    .option('--vcenter-datastore <name>', 'datastore or datastore cluster; may be left out where the cluster has one')
    .option('--vcenter-network <name>', 'network of templates; may be left out where there is one')
    .option('--kubeconfig <file>', 'of the enterprise cluster that is upgraded; else as kubectl looks for it')
    .option('--context <name>', 'a context of it; else SEALIFT_CONTEXT, else its current one')
    .option(
      '--management-kubeconfig <file>',
      'of the cluster whose Cluster API makes the machines, where it is not the enterprise cluster itself; else SEALIFT_MANAGEMENT_KUBECONFIG',
    )
    .option(
      '--management-context <name>',
      'a context of it, without it of the one that kubectl finds; else SEALIFT_MANAGEMENT_CONTEXT, else its current one',
    )
    .option(
      '--cluster-name <namespace/name>',
      'the Cluster of Cluster API that is the enterprise cluster; may be left out where there is one',
    )
    .option(
      '--variables-file <file>',
      'YAML with the variables of the site, one `name: value` a line, that values of packs refer to (.spectro.var.<name>); read anew for each layer',
    )
    .option(
      '--image-registry <host/path>',
      'the registry, and the path below it, that nodes pull the images of packs from: those of this console are at its own address, sealift/images. Left out, nodes have a mirror of the registries that packs name',
    )
    .option(
      '--image-pull-secret <namespace/name>',
      'Secret of the enterprise cluster (kubernetes.io/dockerconfigjson) with the login that the image registry asks for',
    )
    .option(
      '--secret-key-file <file>',
      'key of the secrets that are given in the console (32 random bytes in Base64), the same for every console of a database; else SEALIFT_SECRET_KEY_FILE, else one is made in the data folder',
    )
    .option(
      '--trusted-proxy <address>',
      'IP address or range of the proxy that ends TLS in front of it; its X-Forwarded headers are believed',
    )
    .option(
      '--backup-kube-apiserver <file>',
      'load the objects of each backup into this API server too, on a throw-away etcd: an executable of the version of the cluster',
    )
    .option('--backup-etcd <file>', 'executable of etcd for that')
    .option(
      '--rehearsal-programs <folder>',
      'rehearse minors of Kubernetes with the executables in this folder, where a release brings none: etcd, etcdutl, and for each minor <minor>/kube-apiserver',
    )
    .option('--assets <folder>', 'the built web pages, where they are not those of this program');
}
