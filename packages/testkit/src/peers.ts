import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goPeers } from './go-peers.ts';

/** Debian packages that bring each peer program. */
const debianPackages = {
  casync: 'casync',
  chromium: 'chromium',
  curl: 'curl',
  'docker-registry': 'docker-registry',
  fish: 'fish',
  git: 'git',
  kubectl: 'kubernetes-client',
  makeself: 'makeself',
  minisign: 'minisign',
  'mkfs.ext4': 'e2fsprogs',
  nginx: 'nginx',
  openssl: 'openssl',
  postgres: 'postgresql',
  // With the libraries that a program for ARM needs.
  'qemu-aarch64-static': 'qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross',
  'qemu-img': 'qemu-utils',
  skopeo: 'skopeo',
  systemd: 'systemd',
  umoci: 'umoci',
  xdelta3: 'xdelta3',
  zsh: 'zsh',
  zstd: 'zstd',
} as const;

/** A real program that tests run against: of Debian, or built by `npm run peers`. */
export type PeerName = keyof typeof debianPackages | keyof typeof goPeers;

export interface Peer {
  readonly name: PeerName;
  readonly path: string;
  /** Give it to `describe.skipIf`; never true when `SEALIFT_PEERS=required`, so that a missing peer fails there. */
  readonly missing: boolean;
  /** For the name of a skipped test: which command brings the peer. */
  readonly remedy: string;
}

/** Finds a peer program. With `SEALIFT_PEERS=required` a missing one throws instead of being skipped. */
export function peer(name: PeerName): Peer {
  const path = find(name);
  const remedy = `needs ${name}: ${isGoPeer(name) ? 'npm run peers' : `apt-get install ${debianPackages[name]}`}`;
  if (path === undefined && process.env['SEALIFT_PEERS'] === 'required') throw new Error(remedy);
  return { name, path: path ?? name, missing: path === undefined, remedy };
}

/** The Debian packages of every peer that is not here. */
export function missingPackages(): string[] {
  const names = Object.keys(debianPackages) as (keyof typeof debianPackages)[];
  return names.filter((name) => find(name) === undefined).map((name) => debianPackages[name]);
}

function isGoPeer(name: PeerName): name is keyof typeof goPeers {
  return Object.hasOwn(goPeers, name);
}

/** A peer built from its module is found where it was built, never on the path: the version is part of what is tested. */
function find(name: PeerName): string | undefined {
  if (isGoPeer(name)) {
    const { module, program } = goPeers[name];
    const path = fileURLToPath(new URL(`../../../test/peers/bin/${module}/${program}`, import.meta.url));
    return existsSync(path) ? path : undefined;
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  // Programs for root are not on everybody's path.
  folders.push('/usr/sbin', '/sbin');
  if (name === 'postgres') folders.unshift(...postgresFolders());
  if (name === 'systemd') folders.unshift('/lib/systemd', '/usr/lib/systemd');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function postgresFolders(): string[] {
  try {
    return [execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()];
  } catch {
    return ['15', '16', '17', '18'].map((major) => `/usr/lib/postgresql/${major}/bin`);
  }
}
