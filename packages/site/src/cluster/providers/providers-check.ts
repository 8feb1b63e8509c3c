import type { Check } from '@sealift/core/check';
import { isSealiftError } from '@sealift/core/errors';
import { readDefinition, servedOf } from '@sealift/kubernetes/definition-versions';
import { referenceOf } from '@sealift/kubernetes/object';
import { isDefinition } from '@sealift/kubernetes/order';
import { staleObjects } from '@sealift/kubernetes/stale-versions';
import { block, type Finding, pass, runCheck, warn } from '@sealift/upgrade/preflight/check';
import type { DesiredProviders } from '@sealift/upgrade/ports/providers';
import type { UpgradeNeeds } from '../../checks/vcenter-checks.ts';
import { neededBefore } from './kubernetes-edge.ts';
import { planProviders, type ProvidersPlan } from './plan-providers.ts';
import { type ProvidersAccess, toolsOf } from './providers-port.ts';
import { forEach, type ProvidersTools } from './providers-tools.ts';
import { coreVersion, runningProviders } from './running.ts';

const shown = 5;

/** Whether the Cluster API providers can do what the upgrade asks of them: those that it brings, else those that run. */
export function providersCheck(
  access: ProvidersAccess,
  needs: Pick<UpgradeNeeds, 'providers' | 'nodes' | 'kubernetes'>,
): Promise<Check> {
  const title = 'The Cluster API providers are, or can become, those that the release needs';
  return runCheck('cluster-api-providers', title, async (cancel) => {
    const wanted = needs.providers;
    const kubernetes = needs.nodes ? needs.kubernetes : undefined;
    if (wanted === undefined && kubernetes === undefined) return pass('The release asks for no others');
    const tools = await toolsOf(access, cancel);
    const core = wanted?.core ?? coreVersion(await runningProviders(tools.objects, cancel));
    const needed = kubernetes === undefined || core === undefined ? undefined : neededBefore(kubernetes, core);
    if (kubernetes !== undefined && core === undefined && neededBefore(kubernetes, '0') !== undefined)
      return untold(kubernetes);
    if (needed !== undefined) return tooOld(kubernetes ?? '', core ?? '', needed, wanted !== undefined);
    if (wanted === undefined)
      return pass(`The release asks for no others; Cluster API ${core ?? 'of unknown version'} runs`);
    try {
      return await lookAt(wanted, tools);
    } catch (error) {
      // Not unknown: with these components the upgrade would stop in its middle.
      if (isSealiftError(error, 'PROVIDERS_INVALID')) return block(error.message, error.hint);
      throw error;
    }
  });
}

function tooOld(kubernetes: string, core: string, needed: string, isBrought: boolean): Finding {
  const detail = `Kubernetes ${kubernetes} needs Cluster API ${needed} or newer first, and ${core} ${isBrought ? 'comes with the release' : 'runs'}`;
  const remedy = isBrought
    ? 'Ask the vendor for a release with newer providers: machines of that Kubernetes would not join.'
    : 'Upgrade the providers first, or choose a release that brings them: machines of that Kubernetes would not join.';
  return block(detail, remedy);
}

/** No Deployment says it, as where the providers run elsewhere. */
function untold(kubernetes: string): Finding {
  const detail = `Nothing in the cluster says which Cluster API runs, and Kubernetes ${kubernetes} needs ${neededBefore(kubernetes, '0')} or newer`;
  return warn(detail, 'Look which version runs, and upgrade it first where it is older.');
}

async function lookAt(wanted: DesiredProviders, tools: ProvidersTools): Promise<Finding> {
  const stored = await tools.records.find(tools.cancel);
  const plan = await planProviders(wanted, stored?.record, tools);
  const [first, ...more] = plan.obstacles;
  if (first !== undefined) {
    const others = more.slice(0, shown).map(({ what }) => what);
    return block([first.what, ...others, ...rest(more.length - shown)].join('; '), first.remedy);
  }
  const count = await objectsToStore(plan, tools);
  const kept = plan.objects.flatMap((one) => one.kept);
  const dropped = plan.objects.flatMap((one) => one.dropped);
  const detail = [
    plan.moves.join(', '),
    `${count} objects to store anew`,
    ...listed('kept as set by hand', kept),
    ...listed('gone with the former components', dropped),
    ...listed('no longer served', plan.unserved),
  ].join('; ');
  if (plan.unserved.length > 0) {
    return warn(
      detail,
      'Restart kube-controller-manager after the providers, unless the control plane is rolled: until then it collects no garbage of these versions.',
    );
  }
  if (dropped.length > 0)
    return warn(detail, 'Look whether the site needs what goes; set it again at the Deployment afterwards.');
  return pass(detail);
}

/** How many objects are of kinds that will be stored in another version than now, or in more than one. */
async function objectsToStore(
  { objects: planned }: ProvidersPlan,
  { objects, cancel }: ProvidersTools,
): Promise<number> {
  const counts = await forEach(planned.map(({ object }) => object).filter(isDefinition), async (next) => {
    const live = await objects.get(referenceOf(next), cancel);
    if (live === undefined) return 0;
    const now = readDefinition(live);
    const { group, kind, storedVersions } = now;
    const target = readDefinition(next).versions.find(({ storage }) => storage)?.name;
    // As they are stored they need no conversion to be counted.
    const version = now.versions.find(({ storage, served }) => storage && served)?.name ?? servedOf(now)[0];
    if (version === undefined || storedVersions.every((stored) => stored === target)) return 0;
    return (await staleObjects(objects, { group, version, kind }, [], cancel)).length;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

function listed(what: string, all: readonly string[]): readonly string[] {
  if (all.length === 0) return [];
  return [`${what}: ${[...all.slice(0, shown), ...rest(all.length - shown)].join(', ')}`];
}

function rest(more: number): readonly string[] {
  return more > 0 ? [`and ${more} more`] : [];
}
