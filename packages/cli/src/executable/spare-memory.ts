import { accessSync, constants } from 'node:fs';
import { isSea } from 'node:sea';
import { setFlagsFromString } from 'node:v8';

const variable = 'MALLOC_ARENA_MAX';
/** This process's own program, also when its file was replaced (proc_pid_exe(5)). */
const ownProgram = '/proc/self/exe';
/** They read and hash gigabytes on several threads. */
const heavyCommands: ReadonlySet<string> = new Set(['bundle create', 'bundle run', 'download']);

/**
 * Has a command that needs much memory hold less of it. V8's space for young objects stays as small as it begins. And the command is started once more, with one arena of glibc's
 * `malloc` for all threads (mallopt(3), `M_ARENA_MAX`): by itself glibc gives each thread one, and what one has freed the others do not use. What a person has set stays; a bundle that is run has set it.
 *
 * @param args without node and script; nothing of standard input may have been read
 */
export function spareMemory(args: readonly string[], env: NodeJS.ProcessEnv): void {
  if (!heavyCommands.has(args[0] ?? '') && !heavyCommands.has(args.slice(0, 2).join(' '))) return;
  setFlagsFromString('--semi-space-growth-factor=1');
  if (env[variable] !== undefined || !isSea() || !mayBeStarted(ownProgram)) return;
  process.execve?.(ownProgram, [process.execPath, ...args], { ...env, [variable]: '1' });
}

/** Node.js aborts the process where execve(2) fails, for what is an economy alone: a folder that is mounted noexec by now, or no /proc. */
function mayBeStarted(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
