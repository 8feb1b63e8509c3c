import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiClient } from '@sealift/cli/api-client';
import type { Service } from '@sealift/cli/demo/child-process';
import { type ConsoleReady, startConsoleServer } from '@sealift/cli/demo/demo-services';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { summarySchema, type Upgrade, upgradeSchema } from '@sealift/core/api';
import { readCallLog } from '@sealift/simulator/call-log';
import { type Simulator, startSimulator } from '@sealift/simulator/process';
import { type CuttingProxy, type PassingRequest, startCuttingProxy } from '@sealift/testkit/cutting-proxy';
import { tellProof } from '@sealift/testkit/proof-figures';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { effectOnSimulator } from './setup/effects.ts';
import { expectedEffects } from './setup/expected-effects.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';

let site: TestEnvironment;
let draft: Upgrade;
let api: ApiClient;
let simulator: Simulator;
let proxy: CuttingProxy;
let server: Service<ConsoleReady> | undefined;
let hooks: { before: (passing: PassingRequest) => Promise<void>; after: (passing: PassingRequest) => Promise<void> };

/** Brings a platform to a previewed upgrade, then stops everything, so that each test begins at a copy of that point. */
beforeAll(async () => {
  site = await startEnvironment(200);
  api = site.administrator.api;
  await syncRegistry(api, site.context.cancel);
  draft = await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema);
  await site.stop();
  for (const part of ['console', 'simulator']) await cp(inSite(part), inSite(`${part}-before`), { recursive: true });
}, 240_000);
afterAll(() => site?.remove());

beforeEach(async () => {
  for (const part of ['console', 'simulator']) {
    await rm(inSite(part), { recursive: true, force: true });
    await cp(inSite(`${part}-before`), inSite(part), { recursive: true });
  }
  simulator = await startSimulator({ stateDir: inSite('simulator'), speed: 200 });
  hooks = { before: () => Promise.resolve(), after: () => Promise.resolve() };
  proxy = await startCuttingProxy(simulator.url, {
    before: (passing) => hooks.before(passing),
    after: (passing) => hooks.after(passing),
  });
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await proxy.close();
  await simulator.close();
});

describe('kill -9 of the server', () => {
  it('before and after each effect on the cluster: the upgrade ends by itself, each effect once', async () => {
    const killed: string[] = [];
    let tellGone: () => void = () => undefined;
    const killOnce = async (when: string, passing: PassingRequest): Promise<void> => {
      const effect = effectOnSimulator(passing);
      if (effect === null || killed.includes(`${when} ${effect}`)) return;
      killed.push(`${when} ${effect}`);
      await server?.kill();
      tellGone();
      throw new Error('the server is gone');
    };
    hooks = { before: (passing) => killOnce('before', passing), after: (passing) => killOnce('after', passing) };
    await startServer();
    await confirm();
    const end = finished();
    for (;;) {
      const gone = new Promise<null>((done) => {
        tellGone = () => done(null);
      });
      if ((await Promise.race([gone, end])) !== null) break;
      await startServer();
    }
    expect(killed).toEqual(expectedEffects.flatMap((effect) => [`before ${effect}`, `after ${effect}`]));
    await expectUpgradedOnce();
    tellProof({ points: killed.length, equal: killed.length });
  }, 300_000);

  it('while each step runs: the upgrade ends by itself, each effect once', async () => {
    await startServer();
    await confirm();
    const seen = new Set<string>();
    for (;;) {
      const upgrade = await api.get(`/api/v1/upgrades/${draft.id}`, upgradeSchema).catch(() => null);
      if (upgrade?.state === 'succeeded') break;
      const running = upgrade?.steps.find(({ id, state }) => state === 'running' && !seen.has(id));
      if (running === undefined) continue;
      seen.add(running.id);
      await server?.kill();
      await startServer();
    }
    expect(seen.size).toBeGreaterThanOrEqual(4);
    await expectUpgradedOnce();
  }, 300_000);
});

function inSite(part: string): string {
  return join(site.context.folder.path, part);
}

/** On the address it had before, for the client goes on calling that. */
async function startServer(): Promise<void> {
  const port = Number(new URL(site.console.ready.url).port);
  server = await startConsoleServer(site.context, {
    cluster: { consoleArgs: ['--simulator', proxy.url], consoleEnv: {} },
    pages: site.built.pages,
    port,
  });
}

async function confirm(): Promise<void> {
  const { hash } = await api.get(`/api/v1/upgrades/${draft.id}`, upgradeSchema);
  await api.postOnly(`/api/v1/upgrades/${draft.id}/confirm`, { hash });
}

/** Ends when the upgrade has succeeded; while the server is away it asks again. */
async function finished(): Promise<string> {
  return waitUntil(
    'the end of the upgrade',
    async () => {
      const { state, failure } = await api.get(`/api/v1/upgrades/${draft.id}`, upgradeSchema);
      if (state !== 'running' && state !== 'succeeded') throw new Error(`${state}: ${failure?.message}`);
      return state === 'succeeded' && state;
    },
    120_000,
  );
}

async function expectUpgradedOnce(): Promise<void> {
  const effects = (await readCallLog(simulator.callLog)).filter(({ effect }) => effect);
  const named = effects.map(({ call, parameters }) => `${call} ${String(subjectOf(parameters))}`);
  expect(named).toEqual(expectedEffects);
  const summary = await api.get('/api/v1/summary', summarySchema);
  expect(summary).toMatchObject({ version: '4.2.13', lockedBy: null });
  expect(summary.statements.map(({ text, holds }) => [text, holds])).toEqual([
    ['You are using the latest version of Harborview', true],
    ['On-prem system console is healthy', true],
  ]);
}

function subjectOf(parameters: Readonly<Record<string, unknown>>): unknown {
  return parameters['pack'] ?? parameters['group'] ?? parameters['name'];
}
