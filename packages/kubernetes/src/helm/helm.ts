import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { makeFolder } from '@sealift/io/make-folder';
import { z } from 'zod';
import type { KubernetesOptions } from '../connection/login/access.ts';
import { accessFile } from './access-file.ts';
import { postRenderer } from './post-renderer.ts';
import { inPrivateFolder, type PrivateFolder } from './private-folder.ts';
import type { HelmProgram } from './program.ts';
import type { RenderCache } from './render-cache.ts';
import type { ReleasePlace } from './releases.ts';
import { failureSaid, foreignObjectsSaid } from './said.ts';

/** A chart and what it is given. */
export interface ChartRun extends ReleasePlace {
  /** The chart's archive, as the pack holds it. */
  readonly chart: Uint8Array;
  /** The values for this chart; JSON. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Of the release's record: who began this, for one that is found wedged. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly cancel?: AbortSignal | undefined;
}

/** What charts ask of a cluster (Helm, "Built-in Objects", `Capabilities`). */
export interface Capabilities {
  /** Of Kubernetes, such as `v1.34.2`. */
  readonly version: string;
  /** `apps/v1` and `apps/v1/Deployment`. */
  readonly apiVersions: readonly string[];
}

/** What a chart comes to with its values. */
export interface Rendered {
  /** Kubernetes manifests, without the hooks and the definitions of the folder `crds`. */
  readonly manifest: string;
  /** Manifests of its hooks, with their annotations. */
  readonly hooks: readonly string[];
}

/** How long hooks may take (helm's own `--timeout`), and how much longer its process then gets to say so. */
export interface HelmTimes {
  readonly hooksMs: number;
  readonly graceMs: number;
}

const usualTimes: HelmTimes = { hooksMs: 10 * 60_000, graceMs: 60_000 };
const renderMs = 2 * 60_000;
const renderedSchema = z.object({
  manifest: z.string().default(''),
  hooks: z.array(z.looseObject({ manifest: z.string() })).nullish(),
});
/** Kubernetes label values, and the names that Helm accepts (`pkg/chart/common/util`, RFC 1123 with 53 characters). */
const releaseName = /^[a-z0-9](?:[-a-z0-9.]{0,51}[a-z0-9])?$/;
const namespaceName = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const labelText = /^[A-Za-z0-9](?:[-\w./]{0,100}[A-Za-z0-9])?$/;

/**
 * Releases of one cluster through the helm program. Charts are given as bytes; nothing is looked for in repositories, and nothing is
 * forced: fields of others are not taken, objects of others are not adopted, and a failed revision is not rolled back.
 */
export class Helm {
  readonly program: HelmProgram;
  readonly #access: KubernetesOptions;
  readonly #times: HelmTimes;
  readonly #renders: RenderCache | undefined;

  /** @param more `renders` keeps what helm said of charts and templates without asking the cluster */
  constructor(
    program: HelmProgram,
    access: KubernetesOptions,
    {
      times = usualTimes,
      renders,
    }: { readonly times?: HelmTimes | undefined; readonly renders?: RenderCache | undefined } = {},
  ) {
    this.program = program;
    this.#access = access;
    this.#times = times;
    this.#renders = renders;
  }

  /**
   * What an installation or upgrade would bring, rendered with what the cluster serves; nothing is changed.
   *
   * @throws HELM_FAILED, HELM_TIMEOUT, CANCELLED, KUBERNETES_CONFIG_INVALID
   */
  async render(run: ChartRun): Promise<Rendered> {
    return await this.#withChart(run, async (parts, folder) => {
      const more = ['--dry-run=server', '--hide-notes', '--output', 'json'];
      const output = await this.#call('render', run, [...parts, ...more], folder, renderMs);
      const { manifest, hooks } = this.#parse(output, run);
      return { manifest, hooks: (hooks ?? []).map((hook) => hook.manifest) };
    });
  }

  /**
   * What the chart renders to, its hooks too, whatever state its release is in: helm renders no upgrade of a release that it takes for being
   * worked on.
   *
   * @param away what the cluster is, for a render without it: helm renders nothing with it where objects are in the way, or where kinds are not
   * served yet that the chart brings itself
   * @throws HELM_FAILED, HELM_TIMEOUT, CANCELLED, KUBERNETES_CONFIG_INVALID
   */
  async renderAlone(run: ChartRun, away?: Capabilities): Promise<string> {
    const render = (how: readonly string[]): Promise<string> =>
      this.#inFolder(run, async (where, folder) => {
        const [chart, values] = await writeRun(folder, run);
        const parts = ['template', run.name, chart, '--values', values, '--is-upgrade', ...where];
        return await this.#call('render', run, [...parts, ...how], folder, renderMs);
      });
    if (away === undefined) return await render(['--dry-run=server']);
    const how = ['--dry-run=client', ...capabilityParts(away)];
    const { namespace, name, chart, values } = run;
    const given = ['template', namespace, name, chart, JSON.stringify(values), ...how];
    return await this.#once(given, () => render(how), run.cancel);
  }

  /** Definitions that the chart brings in its folder `crds`, which are part of no render. @throws HELM_FAILED, HELM_TIMEOUT, CANCELLED */
  async definitions(run: ChartRun): Promise<string> {
    checkPlace(run);
    const read = (): Promise<string> =>
      inPrivateFolder(async (folder) => {
        const [chart] = await writeRun(folder, run);
        return await this.#call('read', run, ['show', 'crds', chart], folder, renderMs);
      });
    return await this.#once(['definitions', run.chart], read, run.cancel);
  }

  /**
   * Installs the release, or upgrades it by the method it was made with: server-side apply, or the client-side of Helm 3. Returns when its
   * hooks have ended; whether what it installed is ready is not waited for.
   *
   * @param manifests what is installed in the place of what the chart renders to, hooks too; without it that itself
   * @throws HELM_OWNERSHIP, HELM_FAILED, HELM_TIMEOUT, HELM_OTHER, CANCELLED, KUBERNETES_CONFIG_INVALID
   */
  async upgrade(run: ChartRun, manifests?: string): Promise<void> {
    await this.#withChart(run, async (parts, folder) => {
      const { hooksMs, graceMs } = this.#times;
      const labels = labelsOf(run.labels ?? {});
      const instead = manifests === undefined ? [] : await postRenderer(folder, manifests);
      const more = ['--timeout', `${hooksMs}ms`, '--history-max', '10', ...labels, ...instead];
      await this.#call('upgrade', run, [...parts, ...more], folder, hooksMs + graceMs);
    });
  }

  /** Removes the release with what it installed; one that is not there is removed. @throws HELM_FAILED, HELM_TIMEOUT, CANCELLED */
  async uninstall(place: ReleasePlace & { readonly cancel?: AbortSignal | undefined }): Promise<void> {
    await this.#inFolder(place, async (where, folder) => {
      const { hooksMs, graceMs } = this.#times;
      const parts = ['uninstall', place.name, '--ignore-not-found', '--timeout', `${hooksMs}ms`, ...where];
      await this.#call('uninstall', place, parts, folder, hooksMs + graceMs);
    });
  }

  /** Renders templates that are of no chart, as `helm template` does, without a cluster. @throws HELM_FAILED, HELM_TIMEOUT, CANCELLED */
  async renderTemplate(
    template: string,
    { values, cancel, ...place }: Omit<ChartRun, 'chart' | 'labels'>,
  ): Promise<string> {
    checkPlace(place);
    const { namespace, name } = place;
    const text = JSON.stringify(values);
    const render = (): Promise<string> =>
      inPrivateFolder(async (folder) => {
        const chart = await writeChart(folder, template);
        const file = await folder.write('values.json', text);
        const parts = ['template', name, chart, '--namespace', namespace, '--values', file];
        return await this.#call('render', { namespace, name, cancel }, parts, folder, renderMs);
      });
    return await this.#once(['manifest', namespace, name, template, text], render, cancel);
  }

  /** What follows from what helm is given alone. */
  async #once(
    given: readonly (string | Uint8Array)[],
    ask: () => Promise<string>,
    cancel: AbortSignal | undefined,
  ): Promise<string> {
    return await (this.#renders?.get([this.program.path, this.program.version, ...given], ask, cancel) ?? ask());
  }

  async #withChart<Result>(
    run: ChartRun,
    work: (parts: readonly string[], folder: PrivateFolder) => Promise<Result>,
  ): Promise<Result> {
    return await this.#inFolder(run, async (where, folder) => {
      const [chart, values] = await writeRun(folder, run);
      // `auto` is the default; said, so that no later default of helm's changes it.
      const parts = ['upgrade', run.name, chart, '--install', '--values', values, '--server-side', 'auto'];
      return await work([...parts, '--reset-values', ...where], folder);
    });
  }

  async #inFolder<Result>(
    place: ReleasePlace,
    work: (where: readonly string[], folder: PrivateFolder) => Promise<Result>,
  ): Promise<Result> {
    checkPlace(place);
    const access = await accessFile(this.#access);
    return await inPrivateFolder(async (folder) => {
      const kubeconfig = await folder.write('kubeconfig', access);
      return await work(['--namespace', place.namespace, '--kubeconfig', kubeconfig], folder);
    });
  }

  async #call(
    verb: string,
    { name, namespace, cancel }: ReleasePlace & { readonly cancel?: AbortSignal | undefined },
    parts: readonly string[],
    folder: PrivateFolder,
    deadlineMs: number,
  ): Promise<string> {
    const release = `${namespace}/${name}`;
    const { code, killed, output, errors } = await this.program.run({ parts, folder, deadlineMs, cancel });
    if (killed === 'cancelled') throw new SealiftError('CANCELLED', { place: `helm ${verb} ${release}` });
    if (killed === 'deadline') {
      throw new SealiftError('HELM_TIMEOUT', { values: { verb, release, seconds: deadlineMs / 1000 } });
    }
    if (killed === null && code === 0) return output;
    const reason = killed === 'output' ? 'it wrote more than can be' : failureSaid(errors);
    const foreign = foreignObjectsSaid(reason);
    if (foreign.length > 0) {
      throw new SealiftError('HELM_OWNERSHIP', { values: { release, objects: foreign.join(', ') } });
    }
    const ended = code === null || code > 128 ? `it was ended by a signal (${code ?? 'SIGKILL'}): ` : '';
    throw new SealiftError('HELM_FAILED', { values: { verb, release, reason: `${ended}${reason}` } });
  }

  #parse(output: string, { namespace, name }: ReleasePlace): z.infer<typeof renderedSchema> {
    try {
      return renderedSchema.parse(JSON.parse(output));
    } catch (cause) {
      const reason = 'its answer is not of the form expected';
      throw new SealiftError('HELM_FAILED', {
        values: { verb: 'render', release: `${namespace}/${name}`, reason },
        cause,
      });
    }
  }
}

async function writeRun(folder: PrivateFolder, { chart, values }: ChartRun): Promise<readonly [string, string]> {
  return [await folder.write('chart.tgz', chart), await folder.write('values.json', JSON.stringify(values))];
}

function capabilityParts({ version, apiVersions }: Capabilities): readonly string[] {
  return ['--kube-version', version, ...apiVersions.flatMap((one) => ['--api-versions', one])];
}

function checkPlace({ namespace, name }: ReleasePlace): void {
  if (releaseName.test(name) && namespaceName.test(namespace)) return;
  const reason = 'no such names of a release and its namespace can be (RFC 1123; a release has at most 53 characters)';
  const release = JSON.stringify(`${namespace}/${name}`.slice(0, 200));
  throw new SealiftError('HELM_FAILED', { values: { verb: 'use', release, reason } });
}

function labelsOf(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).flatMap(([name, value]) => {
    if (!labelText.test(name) || !labelText.test(value)) throw new TypeError(`no label: ${name}=${value}`);
    return ['--labels', `${name}=${value}`];
  });
}

/** The least that Helm takes for a chart (Helm, "The Chart File Structure"). */
async function writeChart(folder: PrivateFolder, template: string): Promise<string> {
  const chart = join(folder.path, 'manifest');
  makeFolder(join(chart, 'templates'), 0o700);
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: manifest\nversion: 0.0.0\n', { mode: 0o600 });
  await writeFile(join(chart, 'templates', 'manifest.yaml'), template, { mode: 0o600 });
  return chart;
}
