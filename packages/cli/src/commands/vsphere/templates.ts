import { updateListSchema } from '@sealift/core/api';
import { readReleaseFile } from '@sealift/bundle/create';
import type { VcenterClient } from '@sealift/vsphere/client';
import { diagnose, type TemplateReport, type WantedImage } from '@sealift/vsphere/diagnose';
import { mendable, mendTemplate } from '@sealift/vsphere/mend';
import { findNodeImages, type NodeImageMachine } from '@sealift/vsphere/node-images';
import { type Datacenter, findDatacenter, findTemplatePool } from '@sealift/vsphere/places';
import { createTemplateFolder, findTemplateFolder, type TemplateFolder } from '@sealift/vsphere/template-folder';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findLogin } from '../../client/profile.ts';
import { isReleaseFile, releaseOfBundle } from '../releases/read-releases.ts';
import { type ConnectionOptions, connectVcenter } from './connection.ts';

export interface TemplatesOptions extends ConnectionOptions {
  readonly for?: readonly string[];
  readonly datacenter?: string;
  readonly folder?: string;
  readonly cluster?: string;
  readonly resourcePool?: string;
  readonly fix?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/**
 * Lists the node images that are in vCenter, says which release needs which, and of each that the platform would not find or not
 * use what is wrong with it. Exit code 2 when something is left to do for a wanted image.
 */
export async function runTemplates(options: TemplatesOptions, context: CliContext): Promise<void> {
  const wanted = await wantedImages(options.for ?? [], context);
  await using client = await connectVcenter(options, context);
  const { cancel } = context;
  const datacenter = await findDatacenter(client, options.datacenter, cancel, options.folder);
  const look = async () => {
    const folder = await findTemplateFolder(client, datacenter, options.folder, cancel);
    const machines = await findNodeImages(client, datacenter, folder, cancel);
    return { folder, machines, reports: diagnose(wanted, machines, folder.path) };
  };
  let seen = await look();
  if (options.fix === true) {
    await fix(client, datacenter, seen.reports, options, context);
    if (options.dryRun !== true) seen = await look();
  }
  if (options.json === true) context.out(JSON.stringify(asJson(seen)));
  else show(seen, context);
  if (seen.reports.some(({ problems }) => problems.length > 0)) context.exitCode = 2;
}

async function fix(
  client: VcenterClient,
  datacenter: Datacenter,
  reports: readonly TemplateReport[],
  options: TemplatesOptions,
  context: CliContext,
): Promise<void> {
  const { cancel } = context;
  for (const report of reports) {
    const problems = mendable(report);
    const verb = options.dryRun === true ? 'would mend' : 'mending';
    for (const mend of new Set(problems.map((problem) => problem.mend))) {
      context.note(`${verb} ${report.machine?.name ?? report.name}: ${mend}`);
    }
    if (options.dryRun === true || problems.length === 0) continue;
    const folder = await createTemplateFolder(client, datacenter, options.folder, cancel);
    const { machine } = report;
    if (machine === undefined) continue;
    const resourcePool = () => findTemplatePool(client, datacenter, options, machine.ref, cancel);
    await mendTemplate(client, report, { folder, resourcePool }, cancel);
  }
}

/** From bundles and release files that are named, else from the platform that this person is logged in to. */
async function wantedImages(files: readonly string[], context: CliContext): Promise<readonly WantedImage[]> {
  const images = files.length > 0 ? await imagesOfFiles(files, context) : await imagesOfPlatform(context);
  const byName = new Map<string, WantedImage>();
  for (const image of images) {
    const before = byName.get(image.ova);
    byName.set(image.ova, { ...before, ...image, neededBy: [...(before?.neededBy ?? []), ...image.neededBy] });
  }
  return [...byName.values()];
}

async function imagesOfFiles(files: readonly string[], context: CliContext): Promise<WantedImage[]> {
  const images: WantedImage[] = [];
  for (const file of files) {
    const { metadata, spec } = isReleaseFile(file) ? await readReleaseFile(file) : await releaseOfBundle(file, context);
    const source = isReleaseFile(file) ? undefined : file;
    const neededBy = [`${metadata.product} ${metadata.version}`];
    const { nodeImage, intermediateNodeImages = [] } = spec;
    for (const image of nodeImage === undefined ? [] : [...intermediateNodeImages, nodeImage]) {
      const { ova, sha256, kubernetes } = image;
      images.push({ ova, sha256, kubernetes, source, neededBy });
    }
  }
  return images;
}

async function imagesOfPlatform(context: CliContext): Promise<WantedImage[]> {
  if ((await findLogin(context.env)) === undefined) {
    context.note('note: which images are needed is known only with --for, or when logged in to the platform');
    return [];
  }
  const api = await connect(context);
  const { product, available } = await api.get('/api/v1/updates', updateListSchema);
  return available.flatMap(({ version, nodeImage: { needed, ova, kubernetesTo } }) =>
    needed && ova !== undefined ? [{ ova, kubernetes: kubernetesTo, neededBy: [`${product} ${version}`] }] : [],
  );
}

interface Seen {
  readonly folder: TemplateFolder;
  readonly machines: readonly NodeImageMachine[];
  readonly reports: readonly TemplateReport[];
}

function asJson({ folder, machines, reports }: Seen) {
  return {
    folder: folder.path,
    machines: machines.map(({ ref, ...machine }) => ({ id: ref.value, ...machine })),
    wanted: reports.map(({ name, wanted, machine, problems }) => ({
      name,
      ...wanted,
      machine: machine?.ref.value ?? null,
      ready: problems.length === 0,
      problems,
    })),
  };
}

function show({ folder, machines, reports }: Seen, context: CliContext): void {
  context.out(`Folder ${folder.path}${folder.ref === undefined ? ' (not there)' : ''}`);
  for (const machine of machines) context.out(`  ${describe(machine, folder)}`);
  if (machines.length === 0) context.out('  no node image');
  for (const { name, wanted, problems } of reports) {
    context.out(`${name}, needed by ${wanted.neededBy.join(', ')}: ${problems.length === 0 ? 'ready' : 'not ready'}`);
    for (const { detail, mend } of problems) context.out(`  ${detail}\n    fix: ${mend}`);
  }
}

function describe(machine: NodeImageMachine, folder: TemplateFolder): string {
  const { name, template, poweredOn, hasSnapshot, identity, kubernetes, os } = machine;
  const kind = template ? 'template' : poweredOn ? 'machine, powered on' : 'machine';
  const words = [
    kind,
    ...(os === undefined ? [] : [os]),
    kubernetes === undefined ? 'Kubernetes unknown' : `Kubernetes ${kubernetes}`,
    ...(hasSnapshot ? [] : ['no snapshot']),
    identity?.ova === undefined ? 'not imported by Sealift' : `OVA ${identity.ova.slice(0, 12)}`,
  ];
  return `${machine.folder === folder.path ? '' : `${machine.folder}/`}${name}  ${words.join(', ')}`;
}
