import { canonicalJson } from '@sealift/core/canonical-json';
import { reasonOf } from '@sealift/core/errors';
import { type Observation, observationSchema } from '@sealift/core/evidence';
import { readRecord } from '@sealift/core/record';
import type { ClusterPort } from '@sealift/upgrade/ports/cluster';
import { z } from 'zod';
import type { Db } from '../../store/store.ts';

/** Neither a confirmation nor the end of an upgrade waits longer for a cluster that does not answer. */
const timeoutMs = 10_000;

/** Looks at what the platform runs. What cannot be looked at is told, and fails nothing. */
export async function observePlatform(
  db: Db,
  cluster: Pick<ClusterPort, 'nodes' | 'layers'>,
  cancel?: AbortSignal,
): Promise<Observation> {
  const at = new Date().toISOString();
  const [recorded, nodes, layers] = await Promise.all([
    db.selectFrom('profile').select('version').executeTakeFirst(),
    look('the nodes', (signal) => cluster.nodes(signal), cancel),
    look('the layers', (signal) => cluster.layers(signal), cancel),
  ]);
  return {
    at,
    recorded: recorded?.version ?? null,
    nodes: nodes.found?.map((node) => ({ ...node })) ?? null,
    layers:
      layers.found?.map(({ layer, pack, version, digest, valuesHash, wait }) => ({
        layer,
        pack,
        version,
        digest,
        valuesHash,
        waits: wait?.what ?? null,
      })) ?? null,
    problems: [...nodes.problem, ...layers.problem],
  };
}

async function look<Item>(
  what: string,
  ask: (cancel: AbortSignal) => Promise<readonly Item[]>,
  cancel: AbortSignal | undefined,
) {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return { found: await ask(cancel === undefined ? deadline : AbortSignal.any([deadline, cancel])), problem: [] };
  } catch (error) {
    const reason = deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error);
    return { found: null, problem: [`${what} could not be looked at: ${reason}`] };
  }
}

const format = 1;
const schema = z.object({ format: z.literal(format), observation: observationSchema });

/** The text under which a look is stored. */
export function observationText(observation: Observation): string {
  return canonicalJson({ format, observation });
}

/** @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export function readObservation(stored: string): Observation {
  return readRecord('what the platform ran before the upgrade', { stored, format, schema }).observation;
}
