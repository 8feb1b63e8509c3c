import type { Check } from '@sealift/core/check';
import { isSealiftError } from '@sealift/core/errors';
import type { UpgradeRehearsal } from '@sealift/core/rehearsal';
import { runCheck } from '@sealift/upgrade/preflight/check';
import { judgeRehearsal, notKnown } from '@sealift/upgrade/preflight/rehearsal-check';
import type { RehearsalsPort, RehearsalWish } from '@sealift/upgrade/ports/rehearsals';

/** What an upgrade says of its rehearsal. */
export interface RehearsalNeeds {
  readonly rehearsal: RehearsalWish & { readonly last: () => Promise<UpgradeRehearsal | null> };
}

/** Whether the minors of Kubernetes that an upgrade crosses were rehearsed on a copy of this cluster; no check where it crosses none. */
export function rehearsalChecks(
  port: Pick<RehearsalsPort, 'lacking' | 'clusterNow'>,
  { rehearsal }: RehearsalNeeds,
): readonly Promise<Check>[] {
  const { legs } = rehearsal;
  if (legs.length === 0) return [];
  return [
    runCheck('rehearsal', 'The new Kubernetes was rehearsed on a copy of the cluster', async (cancel) => {
      try {
        const lacking = await port.lacking(rehearsal, cancel);
        const cluster = await port.clusterNow(cancel);
        return judgeRehearsal({ legs, last: await rehearsal.last(), cluster, lacking, now: new Date() });
      } catch (error) {
        if (!isSealiftError(error) || cancel.aborted) throw error;
        return notKnown(legs, error.message, error.hint);
      }
    }),
  ];
}
