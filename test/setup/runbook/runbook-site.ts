import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRealCluster } from '@sealift/cli/demo/cluster/real-cluster';
import { type Service, startService } from '@sealift/cli/demo/child-process';
import type { ChangeValues } from '@sealift/cli/demo/platform';
import { bundleOf } from '@sealift/cli/demo/vendor';
import {
  createdInviteSchema,
  gatewayListSchema,
  type GatewayView,
  type Upgrade,
  upgradeSchema,
} from '@sealift/core/api';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import { peer } from '@sealift/testkit/peers';
import { sitePeers } from '@sealift/testkit/site/programs';
import { waitUntil } from '@sealift/testkit/wait-until';
import type { z } from 'zod';
import { gatewayExecutable } from '../../gateway/setup/gateway-executable.ts';
import { type RealEnvironment, startRealEnvironment } from '../real-environment.ts';
import { type Finished, run, sealift } from '../sealift.ts';
import { firstGateway, installed, runbookReleases } from './releases.ts';
import { shareStorageId } from './shared-storage-id.ts';

const tools = [peer('helm'), peer('govc'), peer('chromium'), peer('curl'), peer('qemu-img')] as const;
export const [, govc, chromium, curl] = tools;
/** Of what the runbook's site needs, the first that is not there. */
export const absent: { readonly remedy: string } | undefined = [sitePeers(), ...tools].find(({ missing }) => missing);

/** Processes start slowly on a machine with much else to do. */
const patienceMs = 300_000;

/**
 * The runbook's site, all of it real: 3.9.7 on Kubernetes 1.36 with values of its own, the storage identity shared with another cluster, a
 * gateway that nobody has asked to upgrade; 4.2.13 not yet brought over the gap.
 */
export class RunbookSite {
  readonly environment: RealEnvironment;
  readonly workload: KubeApi;
  readonly #services: Service<unknown>[] = [];

  private constructor(environment: RealEnvironment, workload: KubeApi) {
    this.environment = environment;
    this.workload = workload;
  }

  static async start(changeValues?: ChangeValues): Promise<RunbookSite> {
    const environment = await startRealEnvironment(
      undefined,
      (demo, vendor) => startRealCluster(demo, vendor, { version: installed }),
      { changeValues, releases: runbookReleases },
    );
    const { ready } = environment.cluster.service;
    const site = new RunbookSite(environment, await KubeApi.fromKubeconfig(ready.workload.kubeconfig));
    try {
      await shareStorageId(site.workload, ready, govc.path);
      return site;
    } catch (error) {
      await site.remove();
      throw error;
    }
  }

  /** The folder that people on the support host work in. */
  get folder(): string {
    return this.environment.context.folder.path;
  }

  /** Of a person on the support host, who is logged in to the console and to vCenter. */
  get env(): Readonly<Record<string, string | undefined>> {
    const { vcenter, govc: login } = this.environment.cluster.service.ready;
    return {
      ...this.environment.context.env,
      SEALIFT_VCENTER: vcenter.url,
      SEALIFT_VCENTER_USERNAME: vcenter.username,
      SEALIFT_VCENTER_PASSWORD: login['GOVC_PASSWORD'] ?? '',
    };
  }

  bundle(version: string): string {
    return bundleOf(this.environment.built.vendor, version);
  }

  /** Runs `sealift`, whatever its exit code. */
  command(...args: readonly string[]): Promise<Finished> {
    return run(sealift, args, { env: this.env, cwd: this.folder });
  }

  /** Runs `sealift`, which has to succeed. @returns what it wrote to standard output */
  async does(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.command(...args);
    if (code !== 0) throw new Error(`sealift ${args.join(' ')}: exit ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  async json<Schema extends z.ZodType>(schema: Schema, ...args: readonly string[]): Promise<z.output<Schema>> {
    return schema.parse(JSON.parse(await this.does(...args, '--json')));
  }

  /** Options of the commands about vCenter. */
  get trust(): readonly string[] {
    return ['--ca-file', this.environment.cluster.service.ready.vcenter.caFile];
  }

  /** Options of `sealift vsphere cns`. */
  get storage(): readonly string[] {
    return [...this.trust, '--kubeconfig', this.environment.cluster.service.ready.workload.kubeconfig];
  }

  async govc(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, ...this.environment.cluster.service.ready.govc };
    const { code, stdout, stderr } = await run(govc.path, args, { env, cwd: this.folder });
    if (code !== 0) throw new Error(`govc ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** Looks at the site for the draft that is open, until a machine under load has had the time for every look. */
  async preflight(): Promise<Upgrade> {
    for (let looks = 1; ; looks += 1) {
      const { stdout, stderr } = await this.command('upgrade', 'preflight', '--json');
      const upgrade = upgradeSchema.safeParse(stdout === '' ? undefined : JSON.parse(stdout)).data;
      if (upgrade === undefined) throw new Error(stderr);
      if (looks >= 20 || !upgrade.preflight.some(({ outcome }) => outcome === 'unknown')) return upgrade;
    }
  }

  /** A gateway as a process of its own, registered with a token, and run as a service runs it. */
  async startGateway(name: string, place: string): Promise<void> {
    const { token, url } = {
      ...(await this.json(createdInviteSchema, 'gateways', 'invite', name, '--site', place)),
      url: this.environment.console.ready.url,
    };
    const [program, tokenFile] = [join(this.folder, `${name}-sealift`), join(this.folder, `${name}.token`)];
    const data = join(this.folder, name);
    await writeFile(program, await gatewayExecutable(firstGateway), { mode: 0o755 });
    await writeFile(tokenFile, token, { mode: 0o600 });
    const { env, cancel } = this.environment.context;
    const registered = await run(program, ['gateway', 'register', url, '--token-file', tokenFile, '--data', data], {
      env,
    });
    if (registered.code !== 0) throw new Error(registered.stderr);
    const args = ['gateway', 'run', '--data', data, '--trial-seconds', '300', '--window-seconds', '1'];
    // It says nothing while all is well.
    const begin = ['-c', 'echo begins; exec "$0" "$@"', program, ...args];
    const service = { name: `the gateway ${name}`, command: '/bin/sh', args: begin, env, cwd: this.folder, cancel };
    this.#services.push(await startService(service, () => true));
    await this.untilGateway(name, ({ seenAt }) => seenAt !== null);
  }

  /** Waits until the console sees a gateway so. */
  async untilGateway(name: string, holds: (gateway: GatewayView) => boolean): Promise<GatewayView> {
    let last: GatewayView | undefined;
    const look = async (): Promise<GatewayView | undefined> => {
      const { gateways } = await this.environment.administrator.api.get('/api/v1/gateways', gatewayListSchema);
      last = gateways.find((one) => one.name === name);
      return last !== undefined && holds(last) ? last : undefined;
    };
    return await waitUntil(`the gateway ${name}`, look, patienceMs).catch((cause: unknown) => {
      throw new Error(`${name} stays ${JSON.stringify(last)}`, { cause });
    });
  }

  async remove(): Promise<void> {
    this.workload.close();
    for (const service of this.#services) await service.stop();
    await this.environment.remove();
  }
}
