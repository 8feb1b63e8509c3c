import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Row, row } from '../row.ts';

/** What the child process measured; see measure.ts. */
interface Measured {
  readonly lines: number;
  readonly milliseconds: Readonly<Record<string, number>>;
  readonly peakBytes: number;
}

const script = fileURLToPath(new URL('measure.ts', import.meta.url));
const peerName = 'three yaml parses';

/** Processor time and memory of one merge beside three parses by the `yaml` library. */
export function speedRows(): readonly Row[] {
  const rows: Row[] = [];
  const perLine: number[] = [];
  for (const lines of [1000, 10_000, 100_000]) {
    const size = `${lines / 1000}k lines`;
    const { milliseconds, lines: measured } = measure(lines);
    const ours = milliseconds['merge'] ?? Number.NaN;
    rows.push(
      row(`time, ${size}`, 'ms', ours, milliseconds['parses'] ?? Number.NaN, peerName),
      row(`peak memory, ${size}`, 'MiB', peak(lines, 'merge'), peak(lines, 'parses'), peerName),
    );
    perLine.push((ours * 1000) / measured);
  }
  const [, tenThousand = 0, hundredThousand = 0] = perLine;
  rows.push(row('time per line, 100k lines', 'µs', hundredThousand, tenThousand, 'ours at 10k lines'));
  return rows;
}

/** Each in a process of its own, once: the peak is the process's. */
function peak(lines: number, work: string): number {
  return measure(lines, work).peakBytes / 2 ** 20;
}

function measure(lines: number, ...only: string[]): Measured {
  const run = spawnSync(process.execPath, [script, String(lines), ...only], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`measuring ${lines} lines failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as Measured;
}
