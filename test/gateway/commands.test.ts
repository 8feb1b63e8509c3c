import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram, run } from '../../packages/cli/src/program.ts';
import { testContext } from '../../packages/cli/src/testing/test-context.ts';
import { gatewayExecutable } from './setup/gateway-executable.ts';
import { GatewaySite } from './setup/gateway-site.ts';

let site: GatewaySite;
let version: string;

beforeAll(async () => {
  site = await GatewaySite.start(await gatewayExecutable('1.0.0'));
  const executable = await gatewayExecutable('1.1.0');
  version = await site.release({ version: '1.1.0', minimum: '1.0.0', executable });
  await site.release(undefined);
  await site.release({ version: '1.2.0', minimum: '1.0.0' });
  mkdirSync(join(site.folder, 'home'));
  const tokenFile = join(site.folder, 'api.token');
  writeFileSync(tokenFile, site.platform.token, { mode: 0o600 });
  await sealift('login', site.platform.console.url, '--token-file', tokenFile);
}, 120_000);
afterAll(() => site?.stop(), 60_000);

/** A command as a person types it. */
async function sealift(...args: string[]): Promise<string> {
  const { context, written } = testContext({ env: { HOME: join(site.folder, 'home') } });
  const code = await run(args, context);
  return code === 0 ? written.out.join('\n') : `${code} ${written.notes.join('\n')}`;
}
const gateways = (...args: string[]) => sealift('gateways', ...args);

/** In their order: each stands on those before. */
describe('sealift gateways', () => {
  it('says what is there when nothing is', async () => {
    expect(await gateways('list')).toBe('No gateway is registered.');
  });

  it('invites with a token that is shown once, and withdraws it', async () => {
    expect(await gateways('invite', 'oslo-1', '--site', 'oslo')).toMatch(/\S{40,}/);
    expect(await gateways('list')).toMatch(/invited: oslo-1 at oslo, until /);
    await gateways('withdraw', 'oslo-1');
    expect(await gateways('list')).not.toContain('oslo-1');
    expect(await gateways('withdraw', 'oslo-1')).toMatch(/^[1-9]/);
  });

  it('rolls out what a release brings, and names one that brings nothing, or that nobody knows', async () => {
    await site.newGateway('oslo-2', { site: 'oslo' });
    expect(await gateways('rollout', version)).toBe(`1.1.0 of release ${version}: 0 run it, 1 may.`);
    expect(await gateways('rollout', '5.2.0')).toMatch(/^[1-9].*GATEWAY_RELEASE_WITHOUT/s);
    expect(await gateways('rollout', '5.3.0')).toMatch(/^[1-9].*brings no executable.*GATEWAY_RELEASE_EXECUTABLE/s);
    expect(JSON.parse(await gateways('list', '--json'))).toMatchObject({ rollout: { release: version } });
    expect(await gateways('rollout', '9.9.9')).toMatch(/^[1-9].*RELEASE_UNKNOWN/s);
    expect(JSON.parse(await gateways('rollout', version, '--json'))).toMatchObject({ rollout: { release: version } });
    expect(await gateways('retry')).toBe('1.1.0 is tried again.');
  });

  it('pauses at a level, says what still holds after a resume, and refuses two levels at once', async () => {
    expect(await gateways('pause', '--site', 'oslo', '--reason', 'a move')).toContain('the site oslo');
    await gateways('pause', '--all');
    expect(await gateways('list')).toMatch(/paused: [^\n]*oslo[^\n]*: a move/);
    expect(await gateways('resume', '--all')).toMatch(/oslo-2 stays held: .*site oslo/);
    expect(await gateways('pause', 'oslo-2', '--all')).toMatch(/^1 .*USAGE/s);
    expect(await gateways('resume', '--site', 'oslo')).not.toContain('stays held');
  });

  it('removes one, and says so when there is none', async () => {
    await gateways('remove', 'oslo-2');
    expect(await gateways('list')).not.toContain('oslo-2  ');
    expect(await gateways('remove', 'oslo-2')).toMatch(/^[1-9].*NOT_FOUND/s);
  });

  it('has each of its verbs tried here', () => {
    const { context } = testContext();
    const verbs = buildProgram(context)
      .commands.find((one: Command) => one.name() === 'gateways')
      ?.commands.map((one: Command) => one.name());
    expect(verbs).toEqual(['list', 'invite', 'withdraw', 'pause', 'resume', 'rollout', 'retry', 'remove']);
  });
});
