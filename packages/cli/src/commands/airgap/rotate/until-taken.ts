import { pause } from '@sealift/io/pause';
import type { HostFolder } from '../host/host-folder.ts';
import { readServing, type ServingRecord } from '../serve/serving-record.ts';
import { type ServiceKind, serviceKinds } from '../setup/units.ts';

/** Services look every second. */
const takenWithinMs = 60_000;

/**
 * Waits until each service that runs has taken what was changed; one that does not run takes it when it starts.
 *
 * @param look what there is to say of it; undefined while it has not taken it
 * @returns by service what was said; `late` where that took too long
 */
export async function untilTaken<Said extends string, Late extends string>(
  folder: HostFolder,
  look: (kind: ServiceKind, record: ServingRecord) => Promise<Said | undefined>,
  late: Late,
  cancel: AbortSignal,
): Promise<Readonly<Record<ServiceKind, Said | Late | 'does not run'>>> {
  const end = performance.now() + takenWithinMs;
  const follow = async (kind: ServiceKind): Promise<Said | Late | 'does not run'> => {
    for (;;) {
      const record = await readServing(folder, kind);
      if (record === undefined) return 'does not run';
      const said = await look(kind, record);
      if (said !== undefined) return said;
      if (performance.now() > end || cancel.aborted) return late;
      await pause(200, cancel).catch(() => undefined);
    }
  };
  const [registry = late, files = late] = await Promise.all(serviceKinds.map(follow));
  return { registry, files };
}
