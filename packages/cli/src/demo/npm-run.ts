/** How often it is looked whether npm is still there, in milliseconds. */
const lookEveryMs = 1000;

/**
 * Aborts when npm, by which this process was started, is gone: npm passes signals on, but one that is killed (SIGKILL) tells nobody, and
 * what it ran would go on out of sight. Never aborts where it was not npm that started it.
 *
 * @param env npm sets `npm_lifecycle_event` (docs.npmjs.com, scripts)
 */
export function whenNpmIsGone(env: Readonly<Record<string, string | undefined>>): AbortSignal {
  const gone = new AbortController();
  if (env['npm_lifecycle_event'] === undefined) return gone.signal;
  const npm = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(look);
    gone.abort();
  }, lookEveryMs);
  look.unref();
  return gone.signal;
}
