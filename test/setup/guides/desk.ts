import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { unpackExecutable } from '../bundle-executable.ts';
import { type Answer, typeBlock } from '../guide.ts';
import { type Finished, run } from '../sealift.ts';

/** Who reads a guide, and types what it says: a folder to work in, and `sealift` as a site has it. */
export class Desk {
  /** Where blocks are typed. */
  readonly folder: string;
  /** The executable out of a bundle. */
  readonly sealift: string;
  env: Readonly<Record<string, string>>;
  /** Where the console is that the desk is logged in to. */
  console = { url: 'none' };
  readonly #root: string;

  private constructor(root: string, work: string) {
    this.#root = root;
    this.folder = join(root, work);
    this.sealift = join(root, 'bin', 'sealift');
    for (const name of [work, 'bin', 'home', 'tmp']) mkdirSync(join(root, name), { recursive: true });
    this.env = {
      PATH: `${dirname(this.sealift)}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: join(root, 'home'),
      TMPDIR: join(root, 'tmp'),
      LANG: 'C.UTF-8',
      // Those of root are for the whole machine.
      SEALIFT_TRUSTED_KEYS: join(root, 'trusted-keys'),
    };
  }

  static async sitDown(): Promise<Desk> {
    const desk = new Desk(mkdtempSync(join(tmpdir(), 'sealift-desk-')), 'work');
    await unpackExecutable(desk.sealift);
    return desk;
  }

  /** The same person, who works in another folder. */
  in(work: string): Desk {
    const desk = new Desk(this.#root, work);
    desk.env = this.env;
    desk.console = this.console;
    return desk;
  }

  leave(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  /**
   * Types a block of a guide, all of whose commands have to succeed.
   *
   * @param words with which the block begins
   * @param instead what stands in for the addresses and files of the example
   * @param answers what is asked for on a terminal
   * @returns all that it wrote
   */
  async types(
    guide: string,
    words: string,
    instead: Readonly<Record<string, string>> = {},
    answers?: readonly Answer[],
  ): Promise<string> {
    const { code, stdout, stderr } = await this.begins(guide, words, instead, answers);
    if (code !== 0 || (answers !== undefined && stderr !== ''))
      throw new Error(`${guide}, ${words}: exit ${code}\n${stdout}\n${stderr}`);
    return `${stdout}\n${stderr}`;
  }

  /** Types a block, which may fail. */
  begins(
    guide: string,
    words: string,
    instead: Readonly<Record<string, string>> = {},
    answers?: readonly Answer[],
  ): Promise<Finished> {
    const { env, folder: cwd } = this;
    return typeBlock(guide, words, { env, cwd, instead, ...(answers === undefined ? {} : { answers }) });
  }

  /** Runs sealift for what the guides take for granted. @returns its standard output */
  async runs(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(this.sealift, args, { env: this.env, cwd: this.folder });
    if (code !== 0) throw new Error(`sealift ${args.join(' ')}: exit ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  put(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  gets(name: string, from: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    cpSync(from, this.path(name), { recursive: true });
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }
}
