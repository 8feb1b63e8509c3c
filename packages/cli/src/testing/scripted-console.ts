import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '@sealift/core/api';
import { run } from '../program.ts';
import { testContext } from './test-context.ts';

export const token = 'sealift_token-for-tests';
export const digest = `sha256:${'a'.repeat(64)}`;

interface Asked {
  readonly call: string;
  readonly body: unknown;
  readonly authorization?: string;
  readonly cookie?: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly cookie?: string;
  /** What is answered from the next time on. */
  readonly next?: Answer;
}

/** A console that answers what a test told it to, over HTTP, for the commands that talk to one. */
export class ScriptedConsole {
  /** By method and path. */
  readonly answers = new Map<string, Answer>();
  readonly asked: Asked[] = [];
  /** The home of whoever types the commands. */
  readonly folder = mkdtempSync(join(tmpdir(), 'sealift-operator-'));
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<ScriptedConsole> {
    const console = new ScriptedConsole();
    await new Promise<void>((listening) => console.#server.listen(0, '127.0.0.1', listening));
    return console;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  }

  /** Runs a command in this process; without other variables as one that is logged in. */
  async sealift(
    args: readonly string[],
    env: Record<string, string> = { SEALIFT_URL: this.url, SEALIFT_TOKEN: token },
  ) {
    const home = { HOME: this.folder, XDG_CONFIG_HOME: join(this.folder, 'config') };
    const { context, written } = testContext({ env: { ...home, ...env } });
    const code = await run(args, context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const call = `${request.method} ${request.url}`;
    const { authorization, cookie } = request.headers;
    this.asked.push({
      call,
      body: text === '' ? undefined : JSON.parse(text),
      ...(authorization === undefined ? {} : { authorization }),
      ...(cookie === undefined ? {} : { cookie }),
    });
    const known = this.answers.get(call);
    if (known?.next !== undefined) this.answers.set(call, known.next);
    const { status, body } = known ?? { status: 404, body: problem('NOT_FOUND', 404) };
    if (known?.cookie !== undefined) response.setHeader('set-cookie', known.cookie);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

/** A refusal as the console words it. */
export function problem(code: string, status: number) {
  const detail = `the console says ${code}`;
  const hint = 'do what the console says';
  return {
    type: `https://sealift.dev/errors/${code}`,
    title: code,
    status,
    code,
    detail,
    hint,
    place: 'spec',
    next: 'retry',
  };
}

/** A platform of which one node is not ready. */
export const summary: Summary = {
  product: 'Harborview',
  version: '4.2.12',
  partlyUpgraded: null,
  statements: [
    { text: 'You are using the latest version of Harborview', holds: true, checks: [] },
    {
      text: 'On-prem system console is healthy',
      holds: false,
      checks: [{ name: 'n', title: 'Every node is ready', outcome: 'block', detail: 'node-1 is not', remedy: 'look' }],
    },
  ],
  update: null,
  nodes: [],
  nodesKnown: true,
  simulated: true,
  vcenter: null,
  store: 'embedded',
  lockedBy: null,
};
