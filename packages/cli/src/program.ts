import { asSealiftError, type Problem, SealiftError, toProblem } from '@sealift/core/errors';
import { Command, CommanderError } from 'commander';
import { commands } from './commands.ts';
import type { CliContext } from './context.ts';
import { ApiProblem } from './client/api-problem.ts';
import { programVersion } from '@sealift/core/program-version';

/**
 * The command tree, ready to parse.
 *
 * @param only the one top-level command that is needed, when it is known; without it or under another name all
 */
export function buildProgram(context: CliContext, only?: string): Command {
  const program = new Command('sealift')
    .description('Moves a self-hosted Kubernetes platform from one release to the next across an air gap.')
    .version(programVersion)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.note(text.trimEnd()),
      // Shown by `run`, like every other failure.
      outputError: () => undefined,
    });
  // The one that is about all of them.
  const isAlone = only !== undefined && only !== 'completion' && Object.hasOwn(commands, only);
  const known = isAlone ? [commands[only]] : Object.values(commands);
  for (const register of known) register?.(program, context);
  for (const command of everyCommand(program)) command.exitOverride().copyInheritedSettings(program);
  return program;
}

/**
 * Parses the arguments (without node and script) and runs the command.
 *
 * @returns the exit code: 0 success, 1 usage or environment, 2 integrity, signature or bad input, others as documented.
 */
export async function run(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await buildProgram(context, args[0]).parseAsync([...args], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) return error.exitCode === 0 ? 0 : 1;
    const failure = error instanceof CommanderError ? misuse(error) : asSealiftError(error);
    if (args.includes('--json')) context.out(JSON.stringify({ error: problemOf(failure) }));
    else context.note(render(failure));
    if (failure.code === 'INTERNAL' && context.env['SEALIFT_DEBUG'] !== undefined) context.note(String(failure.cause));
    return failure.exit;
  }
}

/** An error as a person reads it: what, where, remedy, code. */
export function render(error: SealiftError): string {
  const { detail, place, hint, code } = problemOf(error);
  const lines = [`error: ${detail}`];
  if (place !== undefined) lines.push(`  at: ${place}`);
  lines.push(`  fix: ${hint}`, `  code: ${code}`);
  return lines.join('\n');
}

/** A refusal of the console is shown as the console put it. */
function problemOf(error: SealiftError): Problem {
  return error instanceof ApiProblem ? error.problem : toProblem(error);
}

/** Help or the version was shown: asked for (exit 0), or because a subcommand is missing. */
function isHelp({ code, exitCode }: CommanderError): boolean {
  return exitCode === 0 || code === 'commander.help';
}

function misuse(error: CommanderError): SealiftError {
  const place = /'([^']+)'/.exec(error.message)?.[1];
  return new SealiftError('USAGE', {
    values: { reason: error.message.replace(/^error: /, '') },
    ...(place === undefined ? {} : { place }),
    cause: error,
  });
}

function* everyCommand(command: Command): Generator<Command> {
  for (const child of command.commands) {
    yield child;
    yield* everyCommand(child);
  }
}
