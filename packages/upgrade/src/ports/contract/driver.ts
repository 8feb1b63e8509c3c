/** A driver under test and how it is put away; made anew for each test. */
export interface Driver<Port> {
  readonly port: Port;
  readonly close?: () => Promise<void>;
}

/** Makes a driver of which nothing was asked yet. */
export type MakeDriver<Port> = () => Promise<Driver<Port>>;

/** Runs one law of a contract on a fresh driver. */
export async function onDriver<Port>(make: MakeDriver<Port>, law: (port: Port) => Promise<void>): Promise<void> {
  const { port, close } = await make();
  try {
    await law(port);
  } finally {
    await close?.();
  }
}

/** Nothing is cancelled. */
export const never: AbortSignal = new AbortController().signal;
