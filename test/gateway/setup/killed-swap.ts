import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@sealift/testkit/wait-until';
import { gatewayExecutable } from './gateway-executable.ts';
import { ended, type Gateway, GatewaySite } from './gateway-site.ts';

/** The processes of a swap: the one that judges, the agent before, and both of the new executable while it is on trial. */
export const roles = ['keeper', 'agent', 'trial-keeper', 'trial-agent'] as const;
export type Role = (typeof roles)[number];

/**
 * Run before anything of an executable: counts what it changes on the disk, call by call, and kills the process right before the one that
 * `KILL_AT` names (`keeper:12`), once: `KILLED_IN` is the file that then says before which call. `COUNT_IN` takes the counts.
 */
const killing = `{
  const fs = require('node:fs');
  const promises = require('node:fs/promises');
  const [role, at] = (process.env.KILL_AT ?? ':').split(':');
  const part = process.argv[3] === 'agent' ? 'agent' : 'keeper';
  const own = process.env.SEALIFT_GATEWAY_PROOF === undefined ? part : 'trial-' + part;
  const { writeFileSync } = fs;
  const { COUNT_IN } = process.env;
  const counts = COUNT_IN === undefined ? undefined : fs.openSync(COUNT_IN + '.' + own, 'a');
  let count = 0;
  const before = (name) => {
    count += 1;
    if (counts !== undefined) fs.writeSync(counts, count + '\\n');
    if (role !== own || count !== Number(at) || fs.existsSync(process.env.KILLED_IN)) return;
    writeFileSync(process.env.KILLED_IN, name);
    process.kill(process.pid, 'SIGKILL');
  };
  const wrap = (owner, names) => {
    for (const name of names) {
      const original = owner[name];
      owner[name] = function (...given) {
        before(name);
        return original.apply(this, given);
      };
    }
  };
  wrap(fs, ['mkdirSync', 'rmSync', 'writeFileSync']);
  wrap(promises, ['rename', 'rm', 'symlink', 'mkdir', 'writeFile']);
  const { open } = promises;
  let isWrapped = false;
  promises.open = async (path, flags, ...more) => {
    if (flags !== undefined && flags !== 'r') before('open ' + flags);
    const handle = await open(path, flags, ...more);
    if (!isWrapped) wrap(Object.getPrototypeOf(handle), ['write', 'sync', 'chmod']);
    isWrapped = true;
    return handle;
  };
}`;

/** A console, gateways that are killed in the midst of a swap, and what they swap to. */
export class KilledSwaps {
  readonly site: GatewaySite;
  readonly next: string;
  #count = 0;

  private constructor(site: GatewaySite, next: string) {
    this.site = site;
    this.next = next;
  }

  /** One gateway has gone the whole way already, so that all others may. */
  static async start(): Promise<KilledSwaps> {
    const site = await GatewaySite.start(await gatewayExecutable('1.0.0', killing));
    try {
      const executable = await gatewayExecutable('2.0.0', killing);
      await site.rollOut({ version: '2.0.0', minimum: '1.0.0', executable });
      return new KilledSwaps(site, createHash('sha256').update(executable).digest('hex'));
    } catch (error) {
      await site.stop();
      throw error;
    }
  }

  /** Goes the whole way once. @returns how many changes each process makes on the disk in it */
  async count(): Promise<Readonly<Record<Role, number>>> {
    const gateway = await this.site.newGateway('counted');
    const file = join(this.site.folder, 'count');
    const running = gateway.start({ env: { COUNT_IN: file } });
    await this.site.until('counted', ({ version }) => version === '2.0.0');
    running.child.kill('SIGTERM');
    await ended(running.child);
    return Object.fromEntries(roles.map((role) => [role, countIn(`${file}.${role}`)])) as Record<Role, number>;
  }

  /**
   * Kills a process right before one change on the disk, then starts the gateway as a service does. Whatever the point was, what is there right
   * after the kill can be started, and in the end the new executable runs.
   *
   * @returns before which call it was killed; null where it never came so far
   */
  async killAt(role: Role, at: number): Promise<string | null> {
    this.#count += 1;
    const name = `killed-${this.#count}`;
    const gateway = await this.site.newGateway(name);
    const killedIn = join(this.site.folder, `${name}.killed`);
    const running = gateway.start({ env: { KILL_AT: `${role}:${at}`, KILLED_IN: killedIn } });
    const isThere = async (): Promise<boolean> => {
      const { gateways } = await this.site.list();
      return gateways.some((one) => one.name === name && one.version === '2.0.0');
    };
    await waitUntil(
      `${role} ${at}: a kill or the end`,
      async () => textOf(killedIn) !== null || (await isThere()),
      90_000,
    );
    const killed = textOf(killedIn);
    // A process on trial that is killed is started again by the one who judges; when that itself was killed, the service does it.
    if (role === 'keeper' && killed !== null) await ended(running.child);
    this.#demand(gateway, null, this.next);
    const again = running.child.exitCode === null && running.child.signalCode === null ? running : gateway.start();
    try {
      await waitUntil(`${role} ${at} (${killed}): the new one runs: ${again.said()}`, isThere, 90_000);
      this.#demand(gateway, this.next);
    } catch (error) {
      throw new Error(`${role} ${at}, before ${killed}: ${again.said()}`, { cause: error });
    } finally {
      again.child.kill('SIGTERM');
      await ended(again.child);
    }
    return killed;
  }

  /** The old or the new one is there, never neither and never a part. */
  #demand(gateway: Gateway, ...allowed: readonly (string | null)[]): void {
    const current = gateway.current();
    if (!allowed.includes(current)) throw new Error(`${current} is in place, and not ${allowed.join(' or ')}`);
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The highest: each process that has the role counts from one. */
function countIn(path: string): number {
  return Math.max(0, ...(textOf(path) ?? '').split('\n').map(Number));
}
