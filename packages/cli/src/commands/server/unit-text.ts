import { createHash } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';

/** What a unit for the console says. Paths are absolute. */
export interface UnitDescription {
  readonly executable: string;
  /** The command and its options. */
  readonly args: readonly string[];
  readonly user: string;
  readonly dataDir: string;
  readonly environmentFile: string;
  /** Whether it listens on a port below 1024. */
  readonly lowPort: boolean;
}

const madeBy = '# Made by `sealift server unit`; change it with `systemctl edit`. Checksum of what follows:';

/**
 * The text of a unit (systemd.unit(5), systemd.service(5), systemd.exec(5)). What older versions of systemd do not know they leave out.
 *
 * @throws USAGE when a value cannot stand in a unit
 */
export function unitText(unit: UnitDescription): string {
  const capability = unit.lowPort ? 'CAP_NET_BIND_SERVICE' : '';
  const body = `[Unit]
Description=Sealift system console
Wants=network-online.target
After=network-online.target postgresql.service
# The database may come later than the console: it is tried until it is there.
StartLimitIntervalSec=0

[Service]
User=${plain(unit.user, '--user')}
EnvironmentFile=${plain(unit.environmentFile, '--environment-file')}
${dataLines(unit.dataDir)}
ExecStart=${[unit.executable, ...unit.args].map(quoted).join(' ')}
Restart=on-failure
RestartSec=5
# It lets an upgrade reach its next safe point, for a minute at most.
TimeoutStopSec=90
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=${capability}
AmbientCapabilities=${capability}
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
  return `${madeBy} ${checksum(body)}\n${body}`;
}

/** Whether a text is a unit as this program wrote it, with no change since. */
export function isOwnUnit(text: string): boolean {
  const end = text.indexOf('\n');
  return text.slice(0, end) === `${madeBy} ${checksum(text.slice(end + 1))}`;
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** systemd makes folders below `/var/lib` and gives them to the account; others are made by whoever sets the console up. */
function dataLines(dataDir: string): string {
  const path = plain(dataDir, '--data');
  const name = /^\/var\/lib\/(.+)$/.exec(path)?.[1];
  const place = name === undefined ? `ReadWritePaths=${path}` : `StateDirectory=${name}\nStateDirectoryMode=0700`;
  return `${place}\nWorkingDirectory=${path}`;
}

/** A setting that is taken as it stands; a specifier (`%`) would become something else. @throws USAGE */
function plain(value: string, option: string): string {
  if (/^[A-Za-z0-9_@:+,./-]+$/.test(value) && !value.split('/').includes('..')) return value;
  const reason = `${option} ${JSON.stringify(value)} has characters that a unit takes for something else`;
  throw new SealiftError('USAGE', { values: { reason }, place: option });
}

/** One word of a command line (systemd.service(5), "Command lines"; systemd.syntax(7), "Quoting"). @throws USAGE */
function quoted(word: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what it looks for
  if (/[\u0000-\u001f\u007f]/.test(word)) {
    throw new SealiftError('USAGE', { values: { reason: `${JSON.stringify(word)} holds a control character` } });
  }
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$').replace(/["\\]/g, '\\$&');
  return /^[A-Za-z0-9_@:+,./=-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
