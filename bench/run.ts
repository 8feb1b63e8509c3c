/** `npm run bench -- <name> [parts...] [--json]`: runs a benchmark, which measures a peer beside us, and prints a table or JSON rows. */
import type { Row } from './row.ts';

/** Runs one part of a benchmark; `note` tells a person what cannot be seen in the rows. */
type Part = (note: (text: string) => void) => Promise<readonly Row[]> | readonly Row[];

interface Benchmark {
  readonly parts: Readonly<Record<string, Part>>;
  /** Parts that are run only when they are named, as they need much time or disk. */
  readonly onDemand?: readonly string[];
  /** Removes what the parts have made. */
  readonly end?: () => void;
}

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  bundle: () => import('./bundle/bench.ts'),
  cluster: () => import('./cluster/bench.ts'),
  console: () => import('./console/bench.ts'),
  download: () => import('./download/bench.ts'),
  merge: () => import('./merge/bench.ts'),
  planner: () => import('./planner/bench.ts'),
  sync: () => import('./sync/bench.ts'),
  vsphere: () => import('./vsphere/bench.ts'),
};
const args = process.argv.slice(2);
const [name = '', ...named] = args.filter((arg) => !arg.startsWith('--'));
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;

if (load === undefined) {
  console.error(`Name one of the benchmarks: ${Object.keys(benchmarks).join(', ')}`);
  process.exitCode = 1;
} else {
  await run(await load());
}

async function run({ parts, onDemand = [], end }: Benchmark): Promise<void> {
  const unknown = named.find((part) => !Object.hasOwn(parts, part));
  if (unknown !== undefined) {
    console.error(`${unknown} is not a part of ${name}; its parts are: ${Object.keys(parts).join(', ')}`);
    process.exitCode = 1;
    return;
  }
  const rows: Row[] = [];
  try {
    for (const [part, measure] of Object.entries(parts)) {
      if (named.length === 0 ? onDemand.includes(part) : !named.includes(part)) continue;
      rows.push(...(await measure((text) => console.error(`${part}: ${text}`))));
    }
  } finally {
    end?.();
    // Also after a part that failed: the others took minutes.
    if (args.includes('--json')) console.log(JSON.stringify(rows));
    else printTable(rows);
  }
}

function printTable(rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.name,
    `${row.ours} ${row.unit}`,
    `${row.peer} ${row.unit}`,
    row.peerName,
    String(row.ratio),
  ]);
  const table = [['', 'ours', 'peer', 'which', 'peer / ours'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  for (const line of table) {
    console.log(
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  }
}
