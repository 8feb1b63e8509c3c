import { setTimeout as delay } from 'node:timers/promises';
import { expectedEffects } from './expected-effects.ts';
import { SeededRandom } from './random.ts';
import type { Replicas, ReplicaName } from './replicas.ts';

/**
 * Upgrades one after another while one of the two consoles, most often the one that acts, is killed at random instants and started again.
 *
 * @returns how often one was killed, and what was not as in an undisturbed run
 */
export async function killAtRandom(
  replicas: Replicas,
  { seed, kills: wanted }: { readonly seed: number; readonly kills: number },
  say: (text: string) => void = () => undefined,
): Promise<{ readonly kills: number; readonly upgrades: number; readonly troubles: readonly string[] }> {
  const random = new SeededRandom(seed);
  const troubles: string[] = [];
  let kills = 0;
  let upgrades = 0;
  while (kills < wanted) {
    await replicas.begin(20);
    await replicas.confirm('a');
    upgrades += 1;
    const ended = replicas.succeeded(600_000).then(
      () => true,
      (error: unknown) => {
        troubles.push(`seed ${seed}, upgrade ${upgrades}: ${String(error)}`);
        return true;
      },
    );
    while (kills < wanted && !(await Promise.race([ended, delay(random.below(4000), false)]))) {
      const other: ReplicaName = replicas.active === 'a' ? 'b' : 'a';
      const name = random.below(10) < 8 ? replicas.active : other;
      await replicas.kill(name);
      kills += 1;
      if (await Promise.race([ended, delay(random.below(2000), false)])) break;
      await replicas.open(name);
    }
    await ended;
    const { effects, trouble, actors } = await replicas.told();
    const where = `seed ${seed}, upgrade ${upgrades}`;
    if (JSON.stringify(effects) !== JSON.stringify(expectedEffects)) troubles.push(`${where}: ${effects.join(', ')}`);
    if (trouble !== null) troubles.push(`${where}: ${trouble}`);
    say(`upgrade ${upgrades}: ${kills} kills so far, ${actors.length} processes acted`);
    for (const line of actors) if (line.includes(' and ')) troubles.push(`${where}: epoch ${line} acted`);
  }
  return { kills, upgrades, troubles };
}
