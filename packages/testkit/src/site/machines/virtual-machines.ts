import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { VCenter } from '../../vcenter.ts';
import { machinesEverMade, noteMade } from '../machines-ever-made.ts';

/** What the provider asks vCenter to clone. */
export interface CloneRequest {
  readonly name: string;
  /** Inventory path of the folder for it. */
  readonly folder: string;
  /** Full inventory path, or name where it is the only one of that name. */
  readonly template: string;
  readonly resourcePool: string | undefined;
  readonly datastore: string | undefined;
}

const timeoutMs = 60_000;
const maxOutputBytes = 8 * 1024 * 1024;

/** Virtual machines in vCenter, through govc: what happens there is what any client of vCenter would see. */
export class VirtualMachines {
  readonly #govc: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #folder: string;

  /** @param folder keeps which machines were made */
  constructor(govc: string, vcenter: Pick<VCenter, 'environment'>, folder: string) {
    this.#govc = govc;
    this.#environment = vcenter.environment;
    this.#folder = folder;
  }

  /** Runs govc. @throws Error with what it says */
  async govc(...parts: readonly string[]): Promise<string> {
    const env = { ...process.env, ...this.#environment };
    try {
      return (await promisify(execFile)(this.#govc, parts, { env, timeout: timeoutMs, maxBuffer: maxOutputBytes }))
        .stdout;
    } catch (error) {
      const { stderr = '', message } = error as { stderr?: string; message: string };
      throw new Error(stderr.trim().replace(/^\S*govc: /, '') || message, { cause: error });
    }
  }

  async has(path: string): Promise<boolean> {
    return (await this.govc('ls', '-l', path)).trim() !== '';
  }

  async ensureFolder(path: string): Promise<void> {
    if (!(await this.has(path))) await this.govc('folder.create', path);
  }

  /** The BIOS UUID of a machine by its path; undefined when there is none. */
  async uuidOf(path: string): Promise<string | undefined> {
    if (!(await this.has(path))) return undefined;
    return (await this.govc('object.collect', '-s', path, 'config.uuid')).trim();
  }

  /** The version of Kubernetes that a template says in its annotation that it has inside; undefined where it says none, or is gone. */
  async kubernetesIn(template: string): Promise<string | undefined> {
    const path = await this.#pathOf(template);
    if (path === undefined) return undefined;
    const annotation = await this.govc('object.collect', '-s', path, 'config.annotation');
    const found =
      /"kubernetes":"v?(\d+\.\d+\.\d+)"/.exec(annotation)?.[1] ??
      /\bKubernetes v?(\d+\.\d+\.\d+)\b/.exec(annotation)?.[1];
    return found === undefined ? undefined : `v${found}`;
  }

  /** Clones a template and powers the clone on. @throws Error with vCenter's words */
  async clone({ name, folder, template, resourcePool, datastore }: CloneRequest): Promise<void> {
    const places = {
      ...(resourcePool === undefined ? {} : { pool: resourcePool }),
      ...(datastore === undefined ? {} : { ds: datastore }),
    };
    const flags = Object.entries(places).map(([flag, value]) => `-${flag}=${value}`);
    await this.govc('vm.clone', `-vm=${template}`, `-folder=${folder}`, ...flags, '-on=true', name);
    await noteMade(this.#folder, name);
  }

  /** Makes a machine with the identity that it had, as a vCenter that was never stopped would still have it. */
  async restore(request: CloneRequest, uuid: string): Promise<void> {
    await this.clone(request);
    await this.govc('vm.change', `-vm=${request.folder}/${request.name}`, `-uuid=${uuid}`);
  }

  /** Powers it off and deletes it, if it is there. */
  async destroy(uuid: string): Promise<void> {
    const found = await this.govc('find', '/', '-type', 'm', '-config.uuid', uuid);
    for (const path of found.split('\n').filter(Boolean)) await this.govc('vm.destroy', path);
  }

  /** Inventory paths of every machine that is no template. */
  async list(): Promise<readonly string[]> {
    const found = await this.govc('find', '/', '-type', 'm', '-config.template', 'false');
    return found.split('\n').filter(Boolean).sort();
  }

  /** Names of every machine that was ever made, those that are gone too, in their order. */
  async everMade(): Promise<readonly string[]> {
    return machinesEverMade(this.#folder);
  }

  async #pathOf(template: string): Promise<string | undefined> {
    if (template.startsWith('/')) return (await this.has(template)) ? template : undefined;
    const found = (await this.govc('find', '/', '-type', 'm', '-name', template)).split('\n').filter(Boolean);
    return found.length === 1 ? found[0] : undefined;
  }
}
