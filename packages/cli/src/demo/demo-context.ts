import type { Checkout } from './checkout.ts';
import type { DemoFolder } from './demo-folder.ts';
import type { ChangeValues } from './platform.ts';

/** What every part of the demo works with. */
export interface DemoContext {
  readonly checkout: Checkout;
  readonly folder: DemoFolder;
  /** The environment of every process it starts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tells a person, on standard error, what is being done. */
  readonly say: (text: string) => void;
  readonly cancel: AbortSignal;
  /** What the site runs in place of the sample's values. */
  readonly changeValues?: ChangeValues | undefined;
}
