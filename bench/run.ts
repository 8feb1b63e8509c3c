/** `npm run bench -- <name> [--json]`: runs one benchmark, which measures a peer beside us, and prints a table or JSON rows. */
import type { Row } from './row.ts';

interface Benchmark {
  /** Measures; `note` tells a person what cannot be seen in the rows. */
  readonly run: (note: (text: string) => void) => Promise<readonly Row[]>;
}

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  bundle: () => import('./bundle/bench.ts'),
  merge: () => import('./merge/bench.ts'),
};
const args = process.argv.slice(2);
const [name] = args.filter((arg) => !arg.startsWith('--'));
const load = name !== undefined && Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;

if (load === undefined) {
  console.error(`Name one of the benchmarks: ${Object.keys(benchmarks).join(', ')}`);
  process.exitCode = 1;
} else {
  const { run } = await load();
  const rows = await run((text) => console.error(text));
  if (args.includes('--json')) console.log(JSON.stringify(rows));
  else printTable(rows);
}

function printTable(rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.name,
    `${row.ours} ${row.unit}`,
    `${row.peer} ${row.unit}`,
    row.peerName,
    String(row.ratio),
  ]);
  const table = [['', 'ours', 'peer', 'which', 'ratio'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  for (const line of table) {
    console.log(
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  }
}
