import { join } from 'node:path';
import { type BoundProcess, flags, runBound } from '../../process/bound-process.ts';

/** A program of Go's kind. */
export interface Program {
  /** Names its log, `<name>.log`. */
  readonly name: string;
  readonly path: string;
  readonly flags: Readonly<Record<string, string | number | boolean>>;
}

/** @param folder where it logs */
export function startProgram(program: Program, folder: string): BoundProcess {
  return runBound(program.path, flags(program.flags), { name: program.name, log: join(folder, `${program.name}.log`) });
}
