import type { Plugin } from 'esbuild';
import { makeScript } from './scripts.ts';

/** Its classes are told apart by `instanceof`: a second copy of them would not be recognised. */
const shared = '@sealift/core/errors';

const share: Plugin = {
  name: 'share',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${shared}$`) }, ({ path }) => ({ path, external: true }));
  },
};

/**
 * Modules that a script does not hold: it reads them out of an asset of the executable when a command first asks for one of them. The
 * start of all other commands stays as short as it is.
 */
export class LaterScript {
  readonly asset: string;
  readonly #filter: RegExp;
  readonly #modules = new Set<string>();

  /** @param filter matches the names of the modules, whole */
  constructor(asset: string, filter: RegExp) {
    this.asset = asset;
    this.#filter = filter;
  }

  /** For each script that may ask for the modules. */
  get plugin(): Plugin {
    const loader = `later-script:${this.asset}`;
    return {
      name: loader,
      setup: (build) => {
        const resolveDir = build.initialOptions.absWorkingDir ?? '.';
        build.onResolve({ filter: this.#filter }, ({ path }) => {
          this.#modules.add(path);
          return { path, namespace: 'later-module' };
        });
        build.onResolve({ filter: new RegExp(`^${loader}$`) }, ({ path }) => ({ path, namespace: 'later-script' }));
        build.onLoad({ filter: this.#filter, namespace: 'later-module' }, ({ path }) => ({
          contents: `module.exports = require(${JSON.stringify(loader)})[${JSON.stringify(path)}]();`,
          resolveDir,
        }));
        build.onLoad({ filter: new RegExp(`^${loader}$`), namespace: 'later-script' }, () => ({
          contents: `const script = require('node:sea').getAsset(${JSON.stringify(this.asset)}, 'utf8');
const { compileFunction } = require('node:vm');
const find = (name) => name === ${JSON.stringify(shared)} ? require(${JSON.stringify(shared)}) : require(name);
const begin = compileFunction(script, ['exports', 'require', 'module'], { filename: ${JSON.stringify(this.asset)} });
begin(exports, find, module);`,
          resolveDir,
        }));
      },
    };
  }

  /**
   * The asset, after every script that may ask for its modules was made: these modules by their names, each begun when it is asked for.
   *
   * @param folder from where the modules are looked for
   */
  async make(folder: string, version?: string): Promise<Uint8Array> {
    const modules = [...this.#modules].sort().map((name) => {
      const quoted = JSON.stringify(name);
      return `exports[${quoted}] = () => require(${quoted});`;
    });
    return await makeScript(folder, { text: modules.join('\n') }, { plugins: [share], version });
  }
}
