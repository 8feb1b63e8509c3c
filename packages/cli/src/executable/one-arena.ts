import { existsSync } from 'node:fs';
import { isSea } from 'node:sea';

const variable = 'MALLOC_ARENA_MAX';
/** This process's own program, also when its file was replaced (proc_pid_exe(5)). */
const ownProgram = '/proc/self/exe';
/** They read and hash gigabytes on several threads. */
const heavyCommands: ReadonlySet<string> = new Set(['bundle create', 'download']);

/**
 * Starts a command that needs much memory once more, with one arena of glibc's `malloc` for all threads (mallopt(3), `M_ARENA_MAX`): by itself glibc gives each thread one, and
 * what one has freed the others do not use, some 10 MiB of a command's memory. What a person has set stays; a bundle that is run sets it by itself.
 *
 * @param args without node and script; nothing of standard input may have been read
 */
export function useOneArena(args: readonly string[], env: NodeJS.ProcessEnv): void {
  const isHeavy = heavyCommands.has(args[0] ?? '') || heavyCommands.has(args.slice(0, 2).join(' '));
  if (!isHeavy || env[variable] !== undefined || !isSea() || !existsSync(ownProgram)) return;
  process.execve?.(ownProgram, [process.execPath, ...args], { ...env, [variable]: '1' });
}
