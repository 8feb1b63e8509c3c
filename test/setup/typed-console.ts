import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Person } from './person.ts';

/** A console that somebody started by typing its command. */
export interface TypedConsole {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Of the link that makes the first administrator. */
  readonly token: string;
  /** What it wrote to standard error until it was there. */
  readonly remarks: string;
  /** SIGTERM. @returns its exit code */
  stop(): Promise<number | null>;
}

/**
 * Types the command, on a free port, and waits for the link that it prints.
 *
 * @throws Error with what it wrote, where it ends before
 */
export async function typeConsole(person: Person, command: string): Promise<TypedConsole> {
  const child = person.begins(`exec ${command} --listen 127.0.0.1:0`);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const said: string[] = [];
  child.stderr?.on('data', (part: Buffer) => said.push(part.toString()));
  const link = await new Promise<URL>((found, failed) => {
    if (child.stdout === null) throw new Error('it has no output');
    createInterface(child.stdout).on('line', (line) => {
      const url = /http:\S+#token=\S+/.exec(line)?.[0];
      if (url !== undefined) found(new URL(url));
    });
    void ended.then((code) => failed(new Error(`it ended with ${code}: ${said.join('')}`)));
  });
  return {
    url: link.origin,
    token: new URLSearchParams(link.hash.slice(1)).get('token') ?? '',
    remarks: said.join(''),
    stop: () => (child.kill('SIGTERM'), ended),
  };
}

/** Makes the first administrator, as the page behind the link does. @returns the answer's status */
export async function makeFirst(
  console: TypedConsole,
  account: { username: string; password: string },
): Promise<number> {
  const answer = await fetch(`${console.url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: console.token, ...account }),
  });
  await answer.body?.cancel();
  return answer.status;
}
