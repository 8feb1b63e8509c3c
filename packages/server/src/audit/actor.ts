/** Who does something, for the audit log. */
export interface Actor {
  /** User name, `system`, or for a sign-in the name that was tried. */
  readonly name: string;
  /** Network address of the request, or `local`. */
  readonly address: string;
}

/** The product itself: what the engine and the start-up do. */
export const systemActor: Actor = { name: 'system', address: 'local' };
