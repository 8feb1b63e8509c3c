import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient } from '@sealift/cli/api-client';
import { jsonLine, type Service, startService } from '@sealift/cli/demo/child-process';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { type Upgrade, upgradeSchema } from '@sealift/core/api';
import { Secret } from '@sealift/core/secret';
import { type JournalEntry, planSchema, readLine } from '@sealift/core/upgrade';
import { readCallLog } from '@sealift/simulator/call-log';
import { type Simulator, startSimulator } from '@sealift/simulator/process';
import { type CuttingProxy, type PassingRequest, startCuttingProxy } from '@sealift/testkit/cutting-proxy';
import { troubleOfJournal } from '@sealift/testkit/upgrade/journal-path';
import { waitUntil } from '@sealift/testkit/wait-until';
import { z } from 'zod';
import { type PostgresServer, startPostgres } from '../../packages/server/src/testing/postgres-server.ts';
import { startEnvironment, type TestEnvironment } from './environment.ts';
import { effectOnSimulator } from './effects.ts';
import { startSwitchedLine, type SwitchedLine } from './switched-line.ts';

const readySchema = z.object({ url: z.string() });
const names = ['a', 'b'] as const;
export type ReplicaName = (typeof names)[number];

/** An effect that a console asked for, under which lease. */
interface Asked {
  readonly effect: string;
  /** Which console, and which of its lives. */
  readonly by: string;
  readonly epoch: number;
}

/** What of a data folder is one process's own. */
const ofOneProcess = /(?:registry-id|\.lock)$|\/(?:lock|backups|postgres)$/;

/**
 * Two consoles, processes of their own with a data folder each, on one PostgreSQL and one simulated cluster, each over a line of its own;
 * the upgrade to the newer release is previewed.
 */
export class Replicas {
  readonly database: PostgresServer;
  /** What the consoles know as the address of the database. */
  readonly line: SwitchedLine;
  readonly #site: TestEnvironment;
  readonly draft: Upgrade;
  readonly #template: string;
  readonly #running = new Map<ReplicaName, { service: Service<{ url: string }>; api: ApiClient; life: string }>();
  readonly #proxies = new Map<ReplicaName, CuttingProxy>();
  #simulator: Simulator | undefined;
  #databaseUrl = '';
  #lives = 0;
  /** Each effect asked for since the last `begin`. */
  readonly asked: Asked[] = [];
  /** Who talked to the cluster last: only who has the lease does. */
  active: ReplicaName = 'a';
  /** Before and after each effect; a test holds or kills there. */
  hooks: {
    before: (by: ReplicaName, effect: string) => Promise<void>;
    after: (by: ReplicaName, effect: string) => Promise<void>;
  } = { before: () => Promise.resolve(), after: () => Promise.resolve() };

  private constructor(
    database: PostgresServer,
    line: SwitchedLine,
    site: TestEnvironment,
    draft: Upgrade,
    template: string,
  ) {
    this.database = database;
    this.line = line;
    this.#site = site;
    this.draft = draft;
    this.#template = template;
  }

  /** @param postgres path of the program @param within where the database is, where that matters */
  static async start(postgres: string, within?: string): Promise<Replicas> {
    const database = await startPostgres(postgres, within);
    const line = await startSwitchedLine(database.port);
    try {
      const template = await database.newDatabase();
      const site = await startEnvironment(200, undefined, { databaseUrl: through(line, template) });
      const { api } = site.administrator;
      await syncRegistry(api, site.context.cancel);
      const draft = await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema);
      await site.stop();
      const folder = site.context.folder.path;
      await cp(join(folder, 'simulator'), join(folder, 'simulator-before'), { recursive: true });
      for (const name of names) {
        const filter = (path: string): boolean => !ofOneProcess.test(path);
        await cp(join(folder, 'console'), join(folder, `console-${name}`), { recursive: true, filter });
      }
      return new Replicas(database, line, site, draft, template);
    } catch (error) {
      await line.close();
      await database.stop();
      throw error;
    }
  }

  /** Both consoles at the point where the upgrade can be confirmed. @param speed of the simulated cluster */
  async begin(speed: number): Promise<void> {
    await this.end();
    const folder = this.#site.context.folder.path;
    await rm(join(folder, 'simulator'), { recursive: true, force: true });
    await cp(join(folder, 'simulator-before'), join(folder, 'simulator'), { recursive: true });
    this.#simulator = await startSimulator({ stateDir: join(folder, 'simulator'), speed });
    this.#databaseUrl = await this.database.newDatabase(this.#template);
    this.asked.length = 0;
    this.hooks = { before: () => Promise.resolve(), after: () => Promise.resolve() };
    for (const name of names) {
      this.#proxies.set(
        name,
        await startCuttingProxy(this.#simulator.url, {
          before: (passing) => this.#pass(name, passing, 'before'),
          after: (passing) => this.#pass(name, passing, 'after'),
        }),
      );
    }
    await Promise.all(names.map((name) => this.open(name)));
  }

  async open(name: ReplicaName): Promise<void> {
    const { context, built } = this.#site;
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw new Error('nothing was begun');
    const where = ['--data', join(context.folder.path, `console-${name}`), '--listen', '127.0.0.1:0'];
    const args = ['server', 'run', '--json', ...where, '--assets', built.pages, '--simulator', proxy.url];
    const env = { ...context.env, DATABASE_URL: through(this.line, this.#databaseUrl) };
    const command = context.checkout.sealift;
    const described = { name: `console ${name}`, command, args, env, cwd: context.folder.path };
    const service = await startService(described, jsonLine(readySchema));
    this.#lives += 1;
    const token = new Secret(await this.#token());
    const { url } = service.ready;
    const api = new ApiClient({ url, token, env: context.env, cancel: context.cancel });
    this.#running.set(name, { service, api, life: `${name}${this.#lives}` });
  }

  /** What a console answers to the administrator who signs in, which it writes down. */
  async signIn(name: ReplicaName): Promise<Response> {
    const { username, password } = this.#site.administrator;
    return await fetch(`${this.api(name).url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password: password.reveal() }),
    });
  }

  /** Where a console keeps its files. */
  dataFolder(name: ReplicaName): string {
    return join(this.#site.context.folder.path, `console-${name}`);
  }

  /** Headers of the administrator's requests. */
  async login(): Promise<{ readonly authorization: string }> {
    return { authorization: `Bearer ${await this.#token()}` };
  }

  async #token(): Promise<string> {
    return (await readFile(join(this.#site.context.folder.home, 'token'), 'utf8')).trim();
  }

  api(name: ReplicaName): ApiClient {
    return this.#of(name).api;
  }

  /** What a console wrote last. */
  output(name: ReplicaName): readonly string[] {
    return this.#of(name).service.output();
  }

  /** SIGKILL. */
  async kill(name: ReplicaName): Promise<void> {
    const { service } = this.#of(name);
    this.#running.delete(name);
    await service.kill();
  }

  isRunning(name: ReplicaName): boolean {
    return this.#running.has(name);
  }

  async confirm(by: ReplicaName): Promise<void> {
    const { hash } = await this.api(by).get(`/api/v1/upgrades/${this.draft.id}`, upgradeSchema);
    await this.api(by).postOnly(`/api/v1/upgrades/${this.draft.id}/confirm`, { hash });
  }

  /** The state in which the upgrade is, from the database. */
  async state(): Promise<string> {
    const [row] = await this.database.query(
      this.#databaseUrl,
      `select state from upgrade where id = '${this.draft.id}'`,
    );
    return String(row?.['state']);
  }

  /** The newest epoch that was handed out to run upgrades. */
  async epoch(): Promise<number> {
    const [row] = await this.database.query(this.#databaseUrl, "select epoch from lease where name = 'engine'");
    return Number(row?.['epoch'] ?? 0);
  }

  async query(text: string) {
    return await this.database.query(this.#databaseUrl, text);
  }

  /** Waits for the end of the upgrade. @throws Error where it comes to rest in another way */
  async succeeded(withinMs = 120_000): Promise<void> {
    await waitUntil(
      'the end of the upgrade',
      async () => {
        const state = await this.state().catch(() => 'unknown');
        if (['failed', 'needs-human', 'aborted', 'paused'].includes(state)) return 'rests';
        return state === 'succeeded' && state;
      },
      withinMs,
    );
    const state = await this.state();
    if (state !== 'succeeded') throw new Error(`the upgrade is ${state}`);
  }

  /** What the simulated cluster did, in order, and what its journal is worth. */
  async told(): Promise<{
    readonly effects: readonly string[];
    readonly trouble: string | null;
    readonly actors: readonly string[];
  }> {
    const lines = this.#simulator === undefined ? [] : await readCallLog(this.#simulator.callLog);
    const effects = lines.filter(({ effect }) => effect).map(nameOfCall);
    const rows = await this.query('select upgrade_id, step_id, epoch, at, data from journal order by id');
    const [row] = await this.query(`select plan from upgrade where id = '${this.draft.id}'`);
    const { plan } = z.object({ plan: planSchema }).parse(JSON.parse(String(row?.['plan'])));
    const entries = rows.map(entryOf);
    // One who acts under each epoch, and one epoch or more to each life.
    const lives = Map.groupBy(this.asked, ({ epoch }) => epoch);
    const actors = [...lives].map(
      ([epoch, asked]) => `${epoch} ${[...new Set(asked.map(({ by }) => by))].join(' and ')}`,
    );
    return { effects, trouble: troubleOfJournal(entries, plan), actors };
  }

  async end(): Promise<void> {
    for (const name of names) if (this.#running.has(name)) await this.kill(name);
    for (const proxy of this.#proxies.values()) await proxy.close();
    this.#proxies.clear();
    await this.#simulator?.close();
    this.#simulator = undefined;
  }

  async remove(): Promise<void> {
    await this.end();
    await this.#site.remove();
    await this.line.close();
    await this.database.stop();
  }

  async #pass(name: ReplicaName, passing: PassingRequest, when: 'before' | 'after'): Promise<void> {
    this.active = name;
    const effect = effectOnSimulator(passing);
    if (effect === null) return;
    if (when === 'before') {
      const by = this.#running.get(name)?.life;
      if (by === undefined) throw new Error('its console is gone');
      this.asked.push({ effect, by, epoch: await this.epoch() });
    }
    await this.hooks[when](name, effect);
  }

  #of(name: ReplicaName) {
    const running = this.#running.get(name);
    if (running === undefined) throw new Error(`console ${name} does not run`);
    return running;
  }
}

function through(line: SwitchedLine, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.port = String(line.port);
  return url.href;
}

function nameOfCall({ call, parameters }: Awaited<ReturnType<typeof readCallLog>>[number]): string {
  return `${call} ${String(parameters['pack'] ?? parameters['group'] ?? parameters['name'])}`;
}

function entryOf(row: Readonly<Record<string, unknown>>): JournalEntry {
  const line = readLine(String(row['data']));
  const at = String(row['at']);
  return {
    ...line,
    upgradeId: String(row['upgrade_id']),
    stepId: String(row['step_id']),
    epoch: Number(row['epoch']),
    at,
  };
}
