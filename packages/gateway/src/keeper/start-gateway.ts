import type { Environment } from '@sealift/io/http/environment';
import { type StartedProgram, startProgram } from '@sealift/io/start-program';
import { hearLines, type Said } from '../protocol.ts';

/** A command: a program and what it is given before everything else. */
export interface Command {
  readonly program: string;
  readonly parts: readonly string[];
}

/** A process of a gateway, and what it has said. */
export interface GatewayProcess {
  readonly program: StartedProgram;
  readonly said: readonly Said[];
}

/**
 * Starts a process of a gateway beside this one. It ends with this one, however that ends.
 *
 * @param onSaid told of each line that it says
 */
export function startGateway(
  { program, parts }: Command,
  args: readonly string[],
  {
    env,
    folder,
    onSaid,
  }: { readonly env: Environment; readonly folder: string; readonly onSaid: (said: Said) => void },
): GatewayProcess {
  const said: Said[] = [];
  const hear = hearLines((one) => {
    // One that says the same for ever must not fill the memory.
    if (said.length >= 1000) said.splice(0, 500);
    said.push(one);
    onSaid(one);
  });
  const given = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return {
    said,
    program: startProgram({ program, parts: [...parts, ...args], env: Object.fromEntries(given), folder, hear }),
  };
}
