import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { plain, serviceUnitText, systemHardening, unprivilegedHardening } from '../../../units/unit-text.ts';
import type { HostFolder } from '../host/host-folder.ts';
import type { HostState } from '../host/host-state.ts';

/** The two services of a support host. */
export type ServiceKind = 'registry' | 'files';
export const serviceKinds: readonly ServiceKind[] = ['registry', 'files'];

/** @throws USAGE where none has the name */
export function serviceKindOf(name: string): ServiceKind {
  const kind = serviceKinds.find((one) => one === name);
  if (kind !== undefined) return kind;
  const reason = `${JSON.stringify(name)} is no service; there are ${serviceKinds.join(' and ')}`;
  throw new SealiftError('USAGE', { values: { reason } });
}

const descriptions = { registry: 'Sealift pack and image registry', files: 'Sealift file server' } as const;

/** The name of a service's unit. */
export function unitName(kind: ServiceKind): string {
  return `sealift-airgap-${kind}.service`;
}

/** The command that a service is, behind the executable. */
export function serviceArgs(kind: ServiceKind, { root }: HostFolder): readonly string[] {
  return ['airgap', 'serve', kind, '--dir', root];
}

/** Where a unit is, and what it says. */
export interface HostUnit {
  readonly kind: ServiceKind;
  readonly path: string;
  readonly text: string;
}

/**
 * The units of both services; none where they were not asked for.
 *
 * @param executable what they start
 * @throws USAGE when a path cannot stand in a unit
 */
export function hostUnits(folder: HostFolder, state: HostState, executable: string): readonly HostUnit[] {
  const { units, account } = state;
  if (units === null) return [];
  return serviceKinds.map((kind) => {
    const port = kind === 'registry' ? state.registryPort : state.filesPort;
    const isSystem = units.scope === 'system';
    const places = [folder[kind], folder.run].map((path) => plain(path, '--dir')).join(' ');
    const text = serviceUnitText({
      madeBy: 'sealift airgap setup',
      description: descriptions[kind],
      unitLines: ['After=network-online.target'],
      serviceLines: [
        ...(account === null ? [] : [`User=${plain(account, '--account')}`]),
        ...(isSystem ? [`ReadWritePaths=${places}`] : []),
        `WorkingDirectory=${plain(folder.run, '--dir')}`,
      ],
      command: [executable, ...serviceArgs(kind, folder)],
      readyCommand: [executable, 'airgap', 'ready', kind, '--dir', folder.root],
      stopLines: ['TimeoutStopSec=90'],
      hardening: isSystem ? systemHardening(port < 1024) : unprivilegedHardening,
      wantedBy: isSystem ? 'multi-user.target' : 'default.target',
    });
    return { kind, path: join(units.folder, unitName(kind)), text };
  });
}

/** What is left to do so that the services run. */
export function nextCommands(folder: HostFolder, state: HostState, executable: string): readonly string[] {
  const { units } = state;
  if (units === null) {
    return serviceKinds.map((kind) => [executable, ...serviceArgs(kind, folder)].map(shellWord).join(' '));
  }
  const systemctl = units.scope === 'system' ? 'systemctl' : 'systemctl --user';
  const usual = units.scope === 'system' ? '/etc/systemd/system' : /\/systemd\/user$/;
  const isUsual = typeof usual === 'string' ? units.folder === usual : usual.test(units.folder);
  const names = serviceKinds.map(unitName);
  return [
    ...(isUsual ? [] : [`${systemctl} link ${names.map((name) => shellWord(join(units.folder, name))).join(' ')}`]),
    `${systemctl} daemon-reload`,
    `${systemctl} enable --now ${names.join(' ')}`,
    // Else they end when the user logs out (loginctl(1)).
    ...(units.scope === 'user' ? ['loginctl enable-linger'] : []),
  ];
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
