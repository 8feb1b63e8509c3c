import { type Decision, pathText } from '@sealift/core/merge';
import { writeFileAtomically } from '@sealift/io/durable-file';
import type { CliContext } from '../../context.ts';
import type { CheckedMerge } from './merge-and-check.ts';
import { mergeFiles } from './merge-files.ts';
import type { MergeOptions } from './merge-options.ts';

/**
 * Prints or writes the merged text. With conflicts left the text holds the site's values there.
 *
 * @throws MERGE_*, INPUT_INVALID, FILE_UNWRITABLE
 */
export async function runMerge(options: MergeOptions, context: CliContext): Promise<void> {
  const merged = await mergeFiles(options, context.cancel);
  const { result, problems } = merged;
  if (options.output !== undefined) await writeFileAtomically(options.output, result.text);
  if (options.json === true) context.out(JSON.stringify(asJson(merged)));
  else {
    if (options.output === undefined) context.write(result.text);
    report(merged, context);
  }
  context.exitCode = exitCodeOf(merged);
  if (options.json !== true && result.clean && problems.length === 0 && options.output !== undefined) {
    context.note(`merged without conflicts into ${options.output}`);
  }
}

/** 0 clean, 1 conflicts left, 2 the merged text does not pass the checks. */
export function exitCodeOf({ result, problems }: CheckedMerge): number {
  if (!result.clean) return 1;
  return problems.length > 0 ? 2 : 0;
}

function asJson({ result, problems }: CheckedMerge): unknown {
  const { clean, text, decisions, conflicts, unusedResolutions } = result;
  return { clean, text, decisions, conflicts: conflicts.map(conflictAsJson), problems, unusedResolutions };
}

/** A conflict with its bare values; a side that has nothing at the path is left out. */
function conflictAsJson({ path, base, current, incoming, reason }: Decision): unknown {
  return {
    path,
    ...(base === undefined ? {} : { base: base.value }),
    ...(current === undefined ? {} : { current: current.value }),
    ...(incoming === undefined ? {} : { incoming: incoming.value }),
    reason,
  };
}

function report({ result, problems }: CheckedMerge, context: CliContext): void {
  for (const conflict of result.conflicts) {
    const line = conflict.current?.range.line;
    const at = line === undefined ? '' : ` (current, line ${line})`;
    context.note(`conflict: ${pathText(conflict.path)}${at}: ${conflict.reason}`);
  }
  for (const { path } of result.unusedResolutions)
    context.note(`unused resolution: ${pathText(path)}: nothing differs there`);
  for (const problem of problems) {
    const at = problem.line === null ? '' : ` (line ${problem.line})`;
    context.note(`${problem.kind}: ${problem.path}${at}: ${problem.message}`);
  }
  if (result.conflicts.length > 0) {
    const [many, them] =
      result.conflicts.length === 1 ? ['1 conflict', 'it'] : [`${result.conflicts.length} conflicts`, 'them'];
    context.note(
      `${many} left; settle ${them} with --resolve (sealift merge explain --skeleton writes the file), or see: sealift merge explain`,
    );
  }
}
