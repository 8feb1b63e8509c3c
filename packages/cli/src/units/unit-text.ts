import { createHash } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { pidFileVariable } from './main-process.ts';

/** What a unit of a service says. Lines are settings as they stand, `Key=value`. */
export interface ServiceUnit {
  /** The command that writes it. */
  readonly madeBy: string;
  readonly description: string;
  /** More of `[Unit]`. */
  readonly unitLines: readonly string[];
  /** Who it runs as, and where it may write. */
  readonly serviceLines: readonly string[];
  /** The program and its arguments; paths are absolute. */
  readonly command: readonly string[];
  /** Waits until it answers; it is told `--process` and the number of the process. */
  readonly readyCommand: readonly string[];
  /** Behind the command: how it is stopped. */
  readonly stopLines: readonly string[];
  readonly hardening: readonly string[];
  readonly wantedBy: 'multi-user.target' | 'default.target';
}

/**
 * The text of a unit (systemd.unit(5), systemd.service(5), systemd.exec(5)). What older versions of systemd do not know they leave out.
 *
 * @throws USAGE when a word of the command cannot stand in a unit
 */
export function serviceUnitText(unit: ServiceUnit): string {
  const body = `[Unit]
Description=${unit.description}
Wants=network-online.target
${unit.unitLines.join('\n')}

[Service]
${unit.serviceLines.join('\n')}
ExecStart=${unit.command.map(quoted).join(' ')}
# It counts as started once it answers. What ends before that is started again; one of before that knows no such command counts at once.
ExecStartPost=-${unit.readyCommand.map(quoted).join(' ')} --process $MAINPID
TimeoutStartSec=infinity
# A newer executable that takes over becomes the main process, and the one before ends: it writes down which one that is, as is done here at first.
RuntimeDirectory=%N
Environment=${pidFileVariable}=%t/%N/main.pid
ExecStartPost=/bin/sh -c 'echo $MAINPID > %t/%N/main.pid'
PIDFile=%t/%N/main.pid
Restart=on-failure
RestartSec=5
# It ends what it has started itself, in order.
KillMode=mixed
${unit.stopLines.join('\n')}
UMask=0077

${unit.hardening.join('\n')}

[Install]
WantedBy=${unit.wantedBy}
`;
  return `${headOf(unit.madeBy)} ${checksum(body)}\n${body}`;
}

/** Whether a text is a unit as a command of this program wrote it, with no change since. */
export function isOwnUnit(text: string): boolean {
  const end = text.indexOf('\n');
  const command = /^# Made by `(sealift [a-z ]{1,40})`;/.exec(text.slice(0, Math.max(0, end)))?.[1];
  return command !== undefined && text.slice(0, end) === `${headOf(command)} ${checksum(text.slice(end + 1))}`;
}

/** Keeps a service of the system from all that it does not need; it writes where it is told alone. */
export function systemHardening(lowPort: boolean): readonly string[] {
  const capability = lowPort ? 'CAP_NET_BIND_SERVICE' : '';
  return [
    'NoNewPrivileges=yes',
    `CapabilityBoundingSet=${capability}`,
    `AmbientCapabilities=${capability}`,
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    ...unprivilegedHardening.slice(1),
  ];
}

/** What an ordinary user's own systemd can keep a service from: the rest needs the rights of root, and the service would not start. */
export const unprivilegedHardening: readonly string[] = [
  'NoNewPrivileges=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallErrorNumber=EPERM',
];

/** What `systemHardening` hides from a service. */
export const hiddenPlaces = /^\/(?:home|root|run\/user|tmp|var\/tmp)(?:\/|$)/;

/** A setting that is taken as it stands; a specifier (`%`) would become something else. @throws USAGE */
export function plain(value: string, option: string): string {
  if (/^[A-Za-z0-9_@:+,./-]+$/.test(value) && !value.split('/').includes('..')) return value;
  const reason = `${option} ${JSON.stringify(value)} has characters that a unit takes for something else`;
  throw new SealiftError('USAGE', { values: { reason }, place: option });
}

function headOf(command: string): string {
  return `# Made by \`${command}\`; change it with \`systemctl edit\`. Checksum of what follows:`;
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
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
