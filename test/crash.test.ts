import { summarySchema } from '@sealift/core/api';
import { readCallLog } from '@sealift/simulator/call-log';
import { tellProof } from '@sealift/testkit/proof-figures';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectedEffects } from './setup/expected-effects.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { KilledAtEffects } from './setup/killed-at-effects.ts';
import { PreviewedPoint } from './setup/previewed-point.ts';

let site: TestEnvironment;
let point: PreviewedPoint;

beforeAll(async () => {
  site = await startEnvironment(200);
  point = await PreviewedPoint.reach(site);
}, 240_000);
afterAll(() => site?.remove());
afterEach(() => point.end());

describe('kill -9 of the server', () => {
  it('before and after each effect on the cluster: the upgrade ends by itself, each effect once', async () => {
    const killing = new KilledAtEffects(point);
    await point.begin(killing.atEffect);
    await point.confirm();
    await killing.until(point.until('succeeded', ['running']));
    expect(killing.killed).toEqual(expectedEffects.flatMap((effect) => [`before ${effect}`, `after ${effect}`]));
    await expectUpgradedOnce();
    tellProof({ points: killing.killed.length, equal: killing.killed.length });
  }, 420_000);

  it('while each step runs: the upgrade ends by itself, each effect once', async () => {
    await point.begin(() => Promise.resolve());
    await point.confirm();
    const seen = new Set<string>();
    for (;;) {
      const upgrade = await point.read().catch(() => null);
      if (upgrade?.state === 'succeeded') break;
      const running = upgrade?.steps.find(({ id, state }) => state === 'running' && !seen.has(id));
      if (running === undefined) continue;
      seen.add(running.id);
      await point.killServer();
      await point.startServer();
    }
    expect(seen.size).toBeGreaterThanOrEqual(4);
    await expectUpgradedOnce();
  }, 420_000);
});

async function expectUpgradedOnce(): Promise<void> {
  const effects = (await readCallLog(point.callLog)).filter(({ effect }) => effect);
  const named = effects.map(({ call, parameters }) => `${call} ${String(subjectOf(parameters))}`);
  expect(named).toEqual(expectedEffects);
  const summary = await point.api.get('/api/v1/summary', summarySchema);
  expect(summary).toMatchObject({ version: '4.2.13', lockedBy: null });
  expect(summary.statements.map(({ text, holds }) => [text, holds])).toEqual([
    ['You are using the latest version of Harborview', true],
    ['On-prem system console is healthy', true],
  ]);
}

function subjectOf(parameters: Readonly<Record<string, unknown>>): unknown {
  return parameters['pack'] ?? parameters['group'] ?? parameters['name'];
}
