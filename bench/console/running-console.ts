import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildConsolePages } from '../../packages/cli/src/executable/console-pages.ts';
import { peakOf } from '../bundle/peak-memory.ts';
import { writeExecutable } from '../executable.ts';
import { runProgram } from '../bundle/run-program.ts';
import { writeSampleRelease } from './sample-releases.ts';

const account = { username: 'admin', password: 'four random words here' };

/** A console of this checkout's executable as a process of its own, in a folder of its own, filled by the commands that people use. */
export class BenchConsole {
  readonly folder = mkdtempSync(join(tmpdir(), 'sealift-bench-'));
  readonly #program = join(this.folder, 'sealift');
  readonly #env: Record<string, string>;
  readonly #serverOptions: readonly string[];
  #process: ChildProcess | undefined;
  url = '';
  token = '';

  /** @param serverOptions further options of `sealift server run` */
  constructor(serverOptions: readonly string[] = []) {
    this.#serverOptions = serverOptions;
    for (const name of ['home', 'tmp', 'trusted', 'pages']) mkdirSync(join(this.folder, name));
    this.#env = {
      HOME: join(this.folder, 'home'),
      TMPDIR: join(this.folder, 'tmp'),
      SEALIFT_TRUSTED_KEYS: join(this.folder, 'trusted'),
    };
    writeFileSync(join(this.folder, 'pages', 'index.html'), '<!doctype html>');
  }

  /** Starts the console with an administrator who trusts the vendor, and logs the support host in. */
  async start(): Promise<void> {
    await writeExecutable(this.#program);
    const key = join(this.folder, 'vendor');
    await this.#run(['keys', 'generate', '--out', key]);
    await this.#run(['keys', 'trust', `${key}.pub`]);
    const ready = await this.#serve();
    this.url = ready.url;
    const token = new URL(ready.setupUrl).hash.replace('#token=', '');
    const signedIn = await fetch(`${ready.url}/api/v1/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, ...account }),
    });
    const cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    const made = await this.call('POST', '/tokens', { name: 'bench' }, { cookie });
    this.token = (made as { readonly secret: string }).secret;
    await this.call('POST', '/trusted-keys', { publicKey: readFileSync(`${key}.pub`, 'utf8') });
    const file = join(this.folder, 'token');
    writeFileSync(file, this.token, { mode: 0o600 });
    await this.#run(['login', this.url, '--token-file', file]);
  }

  /** Makes the bundle of a sample release, runs it against the console, and syncs. */
  async install(version: string): Promise<void> {
    const release = writeSampleRelease(this.folder, version);
    const bundle = join(this.folder, `airgap-v${version}.bin`);
    const key = join(this.folder, 'vendor.key');
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    await this.#run(['bundle', 'create', '-f', release, '-o', bundle, '--key', key, '--architecture', architecture]);
    chmodSync(bundle, 0o755);
    await runProgram(bundle, [], { env: this.#env, cwd: this.folder });
    await this.#run(['sync']);
  }

  /** Serves the web pages of this checkout from now on, in the place of an empty one. */
  async servePages(): Promise<void> {
    const pages = await buildConsolePages(process.cwd(), join(this.folder, 'built'), process.env);
    await this.whileStopped(async () => {
      rmSync(join(this.folder, 'pages'), { recursive: true });
      cpSync(pages, join(this.folder, 'pages'), { recursive: true });
    });
  }

  /** The cookie of a session of its administrator, as `name=value`. */
  async signIn(): Promise<string> {
    const signedIn = await fetch(`${this.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(account),
    });
    if (!signedIn.ok) throw new Error(`signing in: ${signedIn.status}`);
    return signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  }

  /** One call of the API. @throws Error with the answer's text where it is refused */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(headers['cookie'] === undefined ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 2000)}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** Reads an answer to its end and looks at nothing of it, so that this process is not what is measured. @returns its bytes */
  async drain(path: string): Promise<number> {
    const headers = { authorization: `Bearer ${this.token}` };
    const response = await fetch(`${this.url}/api/v1${path}`, { headers });
    let bytes = 0;
    for await (const chunk of response.body ?? []) bytes += chunk.byteLength;
    if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
    return bytes;
  }

  /** What the process has resident now, in bytes. */
  get residentBytes(): number {
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(this.#proc('status'))?.[1] ?? 0) * 1024;
  }

  /** Begins anew to look for the most that it has resident (proc_pid_clear_refs(5)): starting takes more than running does. */
  forgetPeak(): void {
    writeFileSync(`/proc/${this.#pid}/clear_refs`, '5');
  }

  /** The most that it has had resident since its start, or since that was forgotten, in bytes. */
  get peakBytes(): number {
    return peakOf(this.#pid);
  }

  /** What the process has used of the processor since its start, in seconds (proc_pid_stat(5): utime and stime, in hundredths). */
  get cpuSeconds(): number {
    const fields = this.#proc('stat')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Ends the console, does something to its folder, and starts it again. */
  async whileStopped(work: () => Promise<void>): Promise<void> {
    await this.#end();
    await work();
    this.url = (await this.#serve()).url;
  }

  async stop(): Promise<void> {
    await this.#end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #pid(): number {
    return this.#process?.pid ?? 0;
  }

  #proc(file: string): string {
    return readFileSync(`/proc/${this.#pid}/${file}`, 'utf8');
  }

  async #end(): Promise<void> {
    const running = this.#process;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('close', resolve));
    running.kill('SIGTERM');
    await ended;
  }

  #serve(): Promise<{ readonly url: string; readonly setupUrl: string }> {
    const args = ['--data', join(this.folder, 'data'), '--assets', join(this.folder, 'pages'), ...this.#serverOptions];
    const child = spawn(this.#program, ['server', 'run', '--json', '--listen', '127.0.0.1:0', ...args], {
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => reject(new Error(`the console ended with ${code}`)));
      createInterface(child.stdout).on('line', (line) => {
        if (line.startsWith('{')) resolve(JSON.parse(line));
      });
    });
  }

  async #run(args: readonly string[]): Promise<void> {
    await runProgram(this.#program, args, { env: this.#env, cwd: this.folder });
  }
}
