import { catalogue, SealiftError } from '@sealift/core/errors';
import {
  inGraph,
  type PathPlan,
  pathPlanSchema,
  type PlannableRelease,
  planPath,
  releaseGraph,
} from '@sealift/core/planner';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { readReleases } from '../releases/read-releases.ts';
import { pathLines } from './path-lines.ts';

export interface PlanOptions {
  readonly from?: string;
  readonly to?: string;
  readonly releases?: readonly string[];
  readonly json?: true;
}

/** Prints the way to a release. The exit code tells whether there is one, unless nothing newer is known. @throws USAGE, RELEASE_UNKNOWN, RELEASE_INVALID */
export async function showPath(options: PlanOptions, context: CliContext): Promise<void> {
  const plan =
    options.releases === undefined ? await askConsole(options, context) : await planOffline(options, context);
  const isClosed = plan.path === null && plan.from !== plan.to && (plan.to !== null || plan.refused.length > 0);
  if (isClosed) context.exitCode = catalogue.UPGRADE_NOT_LEGAL.exit;
  if (options.json === true) return context.out(JSON.stringify(plan));
  for (const line of pathLines(plan)) context.out(plainLine(line));
}

async function askConsole({ from, to }: PlanOptions, context: CliContext): Promise<PathPlan> {
  const query = new URLSearchParams();
  if (from !== undefined) query.set('from', from);
  if (to !== undefined) query.set('to', to);
  const api = await connect(context);
  return await api.get(`/api/v1/path${query.size === 0 ? '' : `?${query.toString()}`}`, pathPlanSchema);
}

/** Nobody knows of a site then, nor what its registry holds. */
async function planOffline({ from, to, releases: files = [] }: PlanOptions, context: CliContext): Promise<PathPlan> {
  if (from === undefined) {
    throw new SealiftError('USAGE', {
      values: { reason: 'with --releases, --from has to say where the way begins' },
      place: '--from',
    });
  }
  const releases = await readReleases(files, context);
  const find = (version: string): PlannableRelease => {
    const found = releases.filter(({ metadata }) => metadata.version === version);
    const [release] = found;
    if (release === undefined) throw new SealiftError('RELEASE_UNKNOWN', { values: { version } });
    if (found.some(({ metadata }) => metadata.product !== release.metadata.product)) {
      const reason = `releases ${version} of several products are among the files`;
      throw new SealiftError('INPUT_INVALID', { place: version, values: { what: 'the version', reason } });
    }
    return release;
  };
  const start = find(from);
  const graph = releaseGraph(start.metadata.product, releases);
  const at = (version: string) => {
    const found = inGraph(graph, version);
    if (found === undefined) throw new SealiftError('RELEASE_UNKNOWN', { values: { version } });
    return found;
  };
  return planPath({ graph, from: at(from), to: to === undefined ? undefined : at(to) });
}
