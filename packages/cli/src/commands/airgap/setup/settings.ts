import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import type { HostState } from '../host/host-state.ts';

/** The options of `airgap setup` as they are typed. */
export interface SetupOptions {
  readonly dir?: string;
  readonly alsoName: readonly string[];
  readonly listen?: string;
  readonly registryPort?: string;
  readonly filesPort?: string;
  readonly packBase?: string;
  readonly imageBase?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly systemd?: true;
  readonly unitDir?: string;
  readonly account?: string;
  readonly executable?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** What a state takes. */
const mostNames = 20;

const defaults = {
  listen: '0.0.0.0',
  registryPort: 5443,
  filesPort: 8443,
  packBase: 'sealift/packs',
  imageBase: 'sealift/images',
} as const;

/** What a setup is made on. */
export interface SetupGround {
  /** What is there; a setup that was begun is gone on with. */
  readonly found: HostState | undefined;
  readonly folder: string;
  /** Whether there is an executable to copy. */
  readonly hasExecutable: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a setup is to come to, from what is typed and what is there. @throws USAGE, AIRGAP_SET_UP_OTHERWISE */
export function settingsOf(host: string, options: SetupOptions, ground: SetupGround): HostState {
  const { found, folder, hasExecutable } = ground;
  checkPairs(options);
  const { names, ...given } = readGiven(host, options);
  const before = found?.phase === 'done' ? found : undefined;
  if (before !== undefined) refuseOthers(before, { ...given, names }, folder);
  const known = found?.host === given.host ? found.names : [];
  const state: HostState = {
    account: null,
    units: null,
    ...defaults,
    ...found,
    ...withoutUndefined(given),
    names: [...new Set([given.host, ...known, ...names])],
    certificate: options.cert === undefined || before !== undefined ? (found?.certificate ?? 'made') : 'given',
    executable: before?.executable === true || (hasExecutable && (before === undefined || options.systemd === true)),
    phase: before?.phase ?? 'begun',
    ...unitsOf(options, found, ground.env),
  };
  if (state.registryPort === state.filesPort) throw usage('--files-port', 'registry and file server need a port each');
  if (state.names.length > mostNames) throw usage('--also-name', `a certificate has ${mostNames} names at most`);
  return state;
}

interface Given {
  readonly host: string;
  readonly names: string[];
  readonly listen: string | undefined;
  readonly registryPort: number | undefined;
  readonly filesPort: number | undefined;
  readonly packBase: string | undefined;
  readonly imageBase: string | undefined;
}

function readGiven(host: string, options: SetupOptions): Given {
  const { listen, packBase, imageBase } = options;
  if (listen !== undefined && isIP(listen) === 0) throw usage('--listen', `${listen} is no IP address`);
  const named = hostName(host, 'host');
  return {
    host: named,
    names: [...new Set([named, ...options.alsoName.map((name) => hostName(name, '--also-name'))])],
    listen,
    registryPort: portOf('--registry-port', options.registryPort),
    filesPort: portOf('--files-port', options.filesPort),
    packBase: baseOf('--pack-base', packBase),
    imageBase: baseOf('--image-base', imageBase),
  };
}

/** A host was set up once; a second run shows what is there and must not seem to have changed it. */
function refuseOthers(found: HostState, given: Given, folder: string): void {
  for (const name of settled) {
    const [is, wanted] = [found[name], given[name]];
    if (wanted === undefined || wanted === is) continue;
    const values = { folder, found: `${labels[name]} ${is}`, wanted };
    throw new SealiftError('AIRGAP_SET_UP_OTHERWISE', { values });
  }
  const added = given.names.find((name) => !found.names.includes(name));
  if (added === undefined) return;
  const values = { folder, found: `a certificate for ${found.names.join(', ')}`, wanted: `for ${added}` };
  throw new SealiftError('AIRGAP_SET_UP_OTHERWISE', { values });
}

const settled = ['host', 'listen', 'registryPort', 'filesPort', 'packBase', 'imageBase'] as const;
const labels: Readonly<Record<(typeof settled)[number], string>> = {
  host: 'the host',
  listen: '--listen',
  registryPort: '--registry-port',
  filesPort: '--files-port',
  packBase: '--pack-base',
  imageBase: '--image-base',
};

function unitsOf(
  options: SetupOptions,
  before: HostState | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Partial<HostState> {
  if (options.systemd !== true) return {};
  const scope = process.getuid?.() === 0 ? 'system' : 'user';
  if (scope === 'user' && options.account !== undefined) {
    throw usage('--account', 'only root can have services run as another account');
  }
  if (before?.units !== null && before?.units !== undefined) return { units: before.units, account: before.account };
  const folder = resolve(options.unitDir ?? (scope === 'system' ? '/etc/systemd/system' : userUnits(env)));
  return { units: { scope, folder }, account: scope === 'system' ? (options.account ?? 'sealift-airgap') : null };
}

function userUnits({ XDG_CONFIG_HOME: given, HOME: home }: Readonly<Record<string, string | undefined>>): string {
  const config = given !== undefined && isAbsolute(given) ? given : join(home ?? homedir(), '.config');
  return join(config, 'systemd', 'user');
}

function checkPairs({ cert, key, ca, systemd, unitDir, account }: SetupOptions): void {
  if ((cert === undefined) !== (key === undefined)) throw usage('--cert', '--cert and --key belong together');
  if (ca !== undefined && cert === undefined) throw usage('--ca', '--ca belongs to --cert and --key');
  for (const [option, value] of Object.entries({ '--unit-dir': unitDir, '--account': account })) {
    if (value !== undefined && systemd !== true) throw usage(option, `${option} belongs to --systemd`);
  }
}

/** A DNS name (RFC 1123, section 2.1) in small letters, or an IP address. */
function hostName(text: string, place: string): string {
  // An address with a zone is one of this machine's own words.
  if (isIP(text) !== 0 && !text.includes('%')) return text.toLowerCase();
  const name = text.toLowerCase().replace(/\.$/, '');
  const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
  const labelsOf = name.split('.');
  // The last part of all numbers is an address that is written wrong.
  const isName = name.length <= 253 && labelsOf.every((one) => label.test(one)) && !/^\d+$/.test(labelsOf.at(-1) ?? '');
  if (isName) return name;
  throw usage(place, `${JSON.stringify(text)} is neither a DNS name nor an IP address`);
}

function portOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw usage(option, `${text} is no port from 1 to 65535`);
}

/** A part of a repository's name (OCI distribution-spec, "Pulling manifests"). */
function baseOf(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const base = text.replace(/^\/+|\/+$/g, '');
  const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
  if (base.length <= 200 && (base === '' || base.split('/').every((one) => component.test(one)))) return base;
  throw usage(option, `${text} cannot stand before the name of a repository`);
}

function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: NonNullable<Fields[Name]>;
  };
}

function usage(place: string, reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason }, place });
}
