import { tellProof } from '@sealift/testkit/proof-figures';
import { peer } from '@sealift/testkit/peers';
import { describe, expect, it } from 'vitest';
import { killAtRandom } from './setup/kill-at-random.ts';
import { Replicas } from './setup/replicas.ts';

const postgres = peer('postgres');
const wanted = 50;

describe.skipIf(postgres.missing)(`two consoles on one database (${postgres.remedy})`, () => {
  it('fifty kills at random instants: each effect once, and every upgrade ends', { timeout: 7_200_000 }, async () => {
    const seed = Number(process.env['SEALIFT_SEED'] ?? Date.now() % 1_000_000);
    process.stdout.write(`SEALIFT_SEED=${seed}\n`);
    const replicas = await Replicas.start(postgres.path);
    try {
      const { kills, upgrades, troubles } = await killAtRandom(
        replicas,
        { seed, kills: wanted },
        (text) => void process.stdout.write(`${text}\n`),
      );
      process.stdout.write(`${kills} kills in ${upgrades} upgrades\n${troubles.join('\n')}\n`);
      tellProof({ points: kills, equal: Math.max(0, kills - troubles.length) });
      expect(troubles).toEqual([]);
    } finally {
      await replicas.remove();
    }
  });
});
