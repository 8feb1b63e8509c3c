import { SealiftError } from '@sealift/core/errors';
import { SeededRandom } from '../../setup/random.ts';
import { type Between, Trial } from './trial.ts';

/** Which peer a port leads to. */
const peers: Readonly<Record<string, string>> = {
  cluster: 'API server',
  providers: 'API server',
  storedVersions: 'API server',
  vcenter: 'vCenter',
  storage: 'vCenter',
  journal: 'PostgreSQL',
  lease: 'PostgreSQL',
  console: 'PostgreSQL',
  backup: 'PostgreSQL',
  content: 'registry',
};

/** So many calls something may go wrong; then the faults stop. */
const troubledCalls = 400;
const longestOutage = 12;

/** What an upgrade comes to under faults that the seed chooses: of the API server, vCenter, PostgreSQL, the registry, the clock, the process. */
export async function outcomeOf(seed: number): Promise<{ readonly outcome: string; readonly faults: number }> {
  const random = new SeededRandom(seed);
  let faults = 0;
  let calls = 0;
  /** For how many calls yet a peer is away. */
  const away = new Map<string, number>();
  const gone = () => Object.assign(new Error('the connection ended'), { code: 'ECONNRESET' });
  const between: Between = async (call, trial, process) => {
    calls += 1;
    const peer = peers[call.owner] ?? '';
    if (calls > troubledCalls) return await call.proceed();
    const left = away.get(peer) ?? 0;
    if (left > 0) {
      away.set(peer, left - 1);
      throw random.below(2) === 0 ? gone() : new SealiftError('SIMULATOR_UNREACHABLE', { values: { reason: peer } });
    }
    const chosen = random.below(250);
    if (chosen > 6) return await call.proceed();
    faults += 1;
    switch (chosen) {
      case 0:
        away.set(peer, random.below(longestOutage));
        throw gone();
      case 1:
        await call.proceed();
        throw gone();
      case 2:
        return await process.die();
      case 3:
        await call.proceed();
        return await process.die();
      case 4:
        // The wall clock is set, forward or back.
        trial.skewMs = (random.below(2001) - 1000) * 86_400;
        return await call.proceed();
      case 5:
        trial.pass(process);
        return await call.proceed();
      default:
        trial.pass(process);
        if (call.kind !== 'look') await trial.run();
        return await call.proceed();
    }
  };
  const trial = new Trial(between);
  await trial.end();
  return { outcome: trial.outcome(), faults };
}
