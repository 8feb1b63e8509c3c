import {
  type AdoptRequest,
  type AdoptionProposal,
  adoptionProposalSchema,
  adoptRequestSchema,
  type ProfileView,
  profileViewSchema,
} from '@sealift/core/api';
import { catalogue, SealiftError } from '@sealift/core/errors';
import type { ApiClient } from '../../client/api-client.ts';
import { ApiProblem } from '../../client/api-problem.ts';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { layerPlaces, readValues } from './layer-values.ts';
import { printProposal } from './proposal-report.ts';

/** What a person says of the platform that is to be adopted. */
export interface AdoptOptions {
  /** Without it the release that runs is found. */
  readonly version?: string | undefined;
  /** `layer/pack=file` */
  readonly values: readonly string[];
  /** `layer/pack` */
  readonly defaults: readonly string[];
  readonly dryRun?: true;
  readonly json?: true;
}

/**
 * Looks at what runs, shows it, and records it where it is as a release is; with `dryRun` it only shows. The exit code is that of ADOPT_DIFFERS
 * where something differs. Of a console without a cluster the release that is named is recorded as it is told.
 *
 * @throws USAGE, FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_INVALID, PLATFORM_*
 */
export async function adoptPlatform(options: AdoptOptions, context: CliContext): Promise<void> {
  const { json } = options;
  const request = await requestOf(options);
  const api = await connect(context);
  const proposal = await look(api, request, options);
  if (proposal !== undefined && json !== true) printProposal(proposal, context);
  const isRecorded = options.dryRun !== true && (proposal?.differences.length ?? 0) === 0;
  const profile = isRecorded ? await record(api, { ...request, proposal: proposal?.digest }) : null;
  if (json === true) context.out(JSON.stringify({ proposal: proposal ?? null, profile }));
  else if (profile !== null) {
    const { product, version, layers } = profile;
    context.out(`${product} ${version} is recorded as installed, with ${layers.length} layers.`);
    if (proposal === undefined)
      context.note('The console is connected to no cluster: what was recorded is what you say.');
  } else if (proposal?.differences.length === 0) context.out('Nothing differs; without --dry-run it is recorded.');
  if (proposal === undefined || proposal.differences.length === 0) return;
  context.exitCode = catalogue.ADOPT_DIFFERS.exit;
  if (json !== true) context.note(`Nothing was recorded, as the site differs from ${proposal.version}.`);
}

function record(api: ApiClient, request: AdoptRequest): Promise<ProfileView> {
  return api.post('/api/v1/platform/adopt', request, profileViewSchema);
}

/** Undefined where the console has no cluster and the release is named: then there is nothing to look at. */
async function look(
  api: ApiClient,
  request: AdoptRequest,
  { version, dryRun }: AdoptOptions,
): Promise<AdoptionProposal | undefined> {
  try {
    return await api.post('/api/v1/platform/survey', request, adoptionProposalSchema);
  } catch (error) {
    const isTold = version !== undefined && dryRun !== true;
    if (isTold && error instanceof ApiProblem && error.problem.code === 'CLUSTER_NOT_CONNECTED') return undefined;
    throw error;
  }
}

async function requestOf({ version, values, defaults }: AdoptOptions): Promise<AdoptRequest> {
  const given = [];
  for (const item of values) given.push(await readValues(item));
  const request = adoptRequestSchema.safeParse({ version, values: given, defaults: layerPlaces(defaults) });
  if (request.success) return request.data;
  const issue = request.error.issues[0];
  throw new SealiftError('INPUT_INVALID', {
    values: { what: 'the request', reason: issue?.message ?? 'not as expected' },
    place: issue?.path.join('.') ?? '',
  });
}
