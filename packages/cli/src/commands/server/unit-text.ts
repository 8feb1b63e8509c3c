import { plain, serviceUnitText, systemHardening } from '../../units/unit-text.ts';

/** What a unit for the console says. Paths are absolute. */
export interface UnitDescription {
  readonly executable: string;
  /** The command and its options. */
  readonly args: readonly string[];
  readonly user: string;
  readonly dataDir: string;
  readonly environmentFile: string;
  /** Address and port that it listens on. */
  readonly listen: string;
  /** Whether that is a port below 1024. */
  readonly lowPort: boolean;
}

/** The text of a console's unit. @throws USAGE when a value cannot stand in a unit */
export function unitText(unit: UnitDescription): string {
  return serviceUnitText({
    madeBy: 'sealift server unit',
    description: 'Sealift system console',
    unitLines: [
      'After=network-online.target postgresql.service',
      '# The database may come later than the console: it is tried until it is there.',
      'StartLimitIntervalSec=0',
    ],
    serviceLines: [
      `User=${plain(unit.user, '--user')}`,
      `EnvironmentFile=${plain(unit.environmentFile, '--environment-file')}`,
      ...dataLines(unit.dataDir),
    ],
    command: [unit.executable, ...unit.args],
    readyCommand: [unit.executable, 'server', 'ready', '--listen', unit.listen],
    stopLines: ['# It lets an upgrade reach its next safe point, for a minute at most.', 'TimeoutStopSec=90'],
    hardening: systemHardening(unit.lowPort),
    wantedBy: 'multi-user.target',
  });
}

/** systemd makes folders below `/var/lib` and gives them to the account; others are made by whoever sets the console up. */
function dataLines(dataDir: string): readonly string[] {
  const path = plain(dataDir, '--data');
  const name = /^\/var\/lib\/(.+)$/.exec(path)?.[1];
  const place = name === undefined ? [`ReadWritePaths=${path}`] : [`StateDirectory=${name}`, 'StateDirectoryMode=0700'];
  return [...place, `WorkingDirectory=${path}`];
}
