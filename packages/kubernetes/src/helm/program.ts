import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { type ProgramEnd, runProgram } from '@sealift/io/run-program';
import { inPrivateFolder, type PrivateFolder } from './private-folder.ts';
import { failureSaid } from './said.ts';

/** Which helm is run. */
export interface HelmOptions {
  /** Where it is; without it the one on the PATH. */
  readonly path?: string | undefined;
  /** SHA-256 (hex) that it must have: one that comes from a bundle is the one that was signed. */
  readonly sha256?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** One call of helm. */
export interface HelmCall {
  readonly parts: readonly string[];
  readonly folder: PrivateFolder;
  readonly deadlineMs: number;
  readonly cancel?: AbortSignal | undefined;
}

const versionTimeoutMs = 20_000;
/** A render of the largest public charts has some MiB. */
const outputLimitBytes = 64 * 1024 * 1024;
/** What Go's HTTP client needs to find its way; nothing else of this process' environment is helm's business. */
const passedOn = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'SSL_CERT_FILE', 'SSL_CERT_DIR'] as const;

/** The helm program, looked at before it is used: there, whole, and of version 4. */
export class HelmProgram {
  readonly path: string;
  /** Such as `v4.3`. */
  readonly version: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  private constructor(path: string, version: string, env: Readonly<Record<string, string | undefined>>) {
    this.path = path;
    this.version = version;
    this.#env = env;
  }

  /** @throws HELM_MISSING, HELM_OTHER, CANCELLED */
  static async open({ path, sha256, env = process.env }: HelmOptions = {}, cancel?: AbortSignal): Promise<HelmProgram> {
    const found = path ?? (await findOnPath(env['PATH'] ?? ''));
    await refuseUnusable(found);
    if (sha256 !== undefined) await refuseOtherContent(found, sha256);
    return await inPrivateFolder(async (folder) => {
      const program = new HelmProgram(found, '', env);
      const parts = ['version', '--template', '{{ .Version }}'];
      const end = await program.run({ parts, folder, deadlineMs: versionTimeoutMs, cancel });
      if (end.killed === 'cancelled') throw new SealiftError('CANCELLED', { place: found });
      if (end.code !== 0) throw missing(`${found} ends with ${end.code ?? end.killed}: ${failureSaid(end.errors)}`);
      const said = end.output.trim();
      if (isOther(said)) throw other(found, `its version is ${JSON.stringify(said.slice(0, 60))}`);
      return new HelmProgram(found, said, env);
    });
  }

  /** Runs it to its end, whatever that is, with nothing of this account's own configuration, plugins and caches. */
  async run({ parts, folder, deadlineMs, cancel }: HelmCall): Promise<ProgramEnd> {
    const home = join(folder.path, 'home');
    return await runProgram({
      program: this.path,
      parts,
      folder: folder.path,
      env: {
        HOME: home,
        TMPDIR: folder.path,
        HELM_CACHE_HOME: join(home, 'cache'),
        HELM_CONFIG_HOME: join(home, 'config'),
        HELM_DATA_HOME: join(home, 'data'),
        // Of commands; a post-renderer is looked for all the same.
        HELM_NO_PLUGINS: '1',
        HELM_PLUGINS: folder.pluginsPath,
        HELM_DRIVER: 'secret',
        ...Object.fromEntries(
          passedOn.flatMap((name) => (this.#env[name] === undefined ? [] : [[name, this.#env[name]]])),
        ),
      },
      deadlineMs,
      outputLimitBytes,
      cancel,
    });
  }
}

async function findOnPath(path: string): Promise<string> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const file = join(folder, 'helm');
    if (await isProgram(file)) return file;
  }
  throw missing('there is none on the PATH');
}

async function isProgram(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function refuseUnusable(file: string): Promise<void> {
  if (!isAbsolute(file)) throw missing(`${file} is not an absolute path`);
  try {
    await access(file, constants.X_OK);
  } catch (error) {
    throw missing(reasonOf(error));
  }
}

async function refuseOtherContent(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found !== sha256) throw other(file, `its SHA-256 is ${found}, not ${sha256}`);
}

function missing(reason: string): SealiftError {
  return new SealiftError('HELM_MISSING', { values: { reason } });
}

function other(program: string, reason: string): SealiftError {
  return new SealiftError('HELM_OTHER', { values: { program, reason } });
}

/** The first 4.x without faults that would be met here: mid 2026. Helm 3 knows no server-side apply, and would take what Helm 4 applied for changes by hand. */
const least = { major: 4, minor: 2, patch: 1 } as const;

function isOther(version: string): boolean {
  const [, major, minor, patch = '0'] =
    /^v(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:[-+][\w.+-]{0,60})?$/.exec(version) ?? [];
  if (Number(major) !== least.major) return true;
  return Number(minor) < least.minor || (Number(minor) === least.minor && Number(patch) < least.patch);
}
