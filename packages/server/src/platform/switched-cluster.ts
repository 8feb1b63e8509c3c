import type { Check } from '@sealift/core/check';
import type { SiteSurroundings } from '@sealift/site/connect-site';
import type { SiteSettings } from '@sealift/site/settings';
import type { UpgradeNeeds } from '@sealift/site/vcenter-checks';
import { type ClusterConnection, type ClusterPorts, type ClusterSettings, connectCluster } from './cluster.ts';
import { switchedPorts } from './switched-ports.ts';

/** Where settings come from that may change while the console runs. */
export interface ChangingSettings {
  /** Another number for other settings. */
  revision(): Promise<number>;
  read(): Promise<{ readonly revision: number; readonly settings: SiteSettings | undefined }>;
}

/** What the console was started with where that holds for good; else where the settings are. */
export type ClusterSource = ClusterSettings | ChangingSettings;

/**
 * The platform's cluster by the settings that hold at each call, whichever console of the database changed them: nobody has to start
 * anything anew. What was begun on a connection ends on it; then it is closed, and logged out of.
 */
export class SwitchedCluster implements ClusterPorts {
  readonly vcenter: ClusterPorts['vcenter'];
  readonly storage: ClusterPorts['storage'];
  readonly cluster: ClusterPorts['cluster'];
  readonly providers: ClusterPorts['providers'];
  readonly survey: ClusterPorts['survey'];
  readonly storedVersions: ClusterPorts['storedVersions'];
  readonly declared: ClusterPorts['declared'];
  readonly events: ClusterPorts['events'];
  readonly objects: ClusterPorts['objects'];
  readonly rehearsals: ClusterPorts['rehearsals'];
  readonly issueKubeconfig: ClusterPorts['issueKubeconfig'];
  readonly manifests: ClusterPorts['manifests'];
  readonly #changing: ChangingSettings | undefined;
  readonly #surroundings: SiteSurroundings;
  #held: HeldConnection;
  #switching: Promise<void> | undefined;
  /** Put away, and still in use. */
  readonly #leaving = new Set<HeldConnection>();

  constructor(source: ClusterSource, surroundings: SiteSurroundings) {
    const isFixed = 'simulatorUrl' in source;
    this.#changing = isFixed ? undefined : source;
    this.#surroundings = surroundings;
    const settings = isFixed ? source : { simulatorUrl: undefined, site: undefined };
    // No settings have the revision 0: it is what a new database has.
    this.#held = new HeldConnection(0, connectCluster(settings, surroundings));
    const ports = switchedPorts((run) => this.#on(run));
    this.vcenter = ports.vcenter;
    this.storage = ports.storage;
    this.cluster = ports.cluster;
    this.providers = ports.providers;
    this.survey = ports.survey;
    this.storedVersions = ports.storedVersions;
    this.declared = ports.declared;
    this.events = ports.events;
    this.objects = ports.objects;
    this.rehearsals = ports.rehearsals;
    this.issueKubeconfig = ports.issueKubeconfig;
    this.manifests = ports.manifests;
  }

  /** Whether there is one, whether it is a simulation, and the host of a real vCenter. */
  async facts(): Promise<Pick<ClusterConnection, 'connected' | 'simulated' | 'vcenterHost'>> {
    const { connected, simulated, vcenterHost } = await this.#on((now) => Promise.resolve(now));
    return { connected, simulated, vcenterHost };
  }

  /** What of vCenter and storage has to hold for an upgrade, looked at now. */
  checks(needs: UpgradeNeeds): Promise<readonly Check[]> {
    return this.#on((now) => Promise.all(now.checks(needs)));
  }

  /** Ends what is under way, and logs out where there was a login. */
  async close(): Promise<void> {
    await Promise.all([this.#held, ...this.#leaving].map((one) => one.close()));
  }

  async #on<Result>(run: (now: ClusterConnection) => Promise<Result>): Promise<Result> {
    if (this.#changing !== undefined) await this.#follow(this.#changing);
    return await this.#held.use(run);
  }

  async #follow(changing: ChangingSettings): Promise<void> {
    // Work on a layer is known to the connection that began it alone: on another it would be begun a second time. And a switch that was under
    // way may have read what was there before.
    while (!this.#held.isBusy && (await changing.revision()) !== this.#held.revision) {
      await (this.#switching ??= this.#switch(changing).finally(() => {
        this.#switching = undefined;
      }));
    }
  }

  async #switch(changing: ChangingSettings): Promise<void> {
    const { revision, settings } = await changing.read();
    if (revision === this.#held.revision || this.#held.isBusy) return;
    const before = this.#held;
    const connection = connectCluster({ simulatorUrl: undefined, site: settings }, this.#surroundings);
    this.#held = new HeldConnection(revision, connection);
    this.#leaving.add(before);
    // Logging out of a vCenter that is gone takes its time; nobody waits for it.
    void before
      .unused()
      .then(() => before.close())
      .finally(() => this.#leaving.delete(before));
  }
}

/** A connection, and who uses it. */
class HeldConnection {
  readonly revision: number;
  readonly #connection: ClusterConnection;
  #users = 0;
  #onUnused: (() => void) | undefined;

  constructor(revision: number, connection: ClusterConnection) {
    this.revision = revision;
    this.#connection = connection;
  }

  async use<Result>(run: (connection: ClusterConnection) => Promise<Result>): Promise<Result> {
    this.#users += 1;
    try {
      return await run(this.#connection);
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#onUnused?.();
    }
  }

  get isBusy(): boolean {
    return this.#connection.isBusy();
  }

  /** Waits for those who use it; nobody begins to any more. */
  async unused(): Promise<void> {
    if (this.#users > 0) await new Promise<void>((resolve) => (this.#onUnused = resolve));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
