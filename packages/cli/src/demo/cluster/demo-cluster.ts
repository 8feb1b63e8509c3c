import type { Service } from '../child-process.ts';

/** The enterprise cluster of a demo. */
export interface DemoCluster {
  /** For people: `the simulated cluster`. */
  readonly name: string;
  /** For the person who looks on: what it is, and where to look at it. */
  readonly description: string;
  readonly service: Service<unknown>;
  /** What `sealift server run` is told of it. */
  readonly consoleArgs: readonly string[];
  /** What is added to the console's environment. */
  readonly consoleEnv: Readonly<Record<string, string>>;
  /** Makes it run the release that is installed first, with the site's values. */
  install(): Promise<void>;
}
