const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Replaces this process by another program (execve(2)); returns only where that cannot be done. From here on a signal that asks this one to stop ends it
 * at once, as the system's own: what is only written down here would be lost, and the program that comes would never hear of it.
 */
export function become(program: string, args: readonly string[], env: Readonly<Record<string, string>>): void {
  const heard = signals.flatMap((signal) =>
    process.rawListeners(signal).map((listener) => [signal, listener as NodeJS.SignalsListener] as const),
  );
  for (const [signal, listener] of heard) process.off(signal, listener);
  try {
    process.execve?.(program, [program, ...args], env);
  } finally {
    for (const [signal, listener] of heard) process.on(signal, listener);
  }
}
