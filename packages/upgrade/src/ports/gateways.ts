import type { GatewayStatus } from '@sealift/core/gateway';
import type { Cancel } from './cancel.ts';

/** How gateways stand towards what a release brings them. */
export interface GatewaysStatus {
  /** Whether they were asked to go to it, or to a newer one. */
  readonly asked: boolean;
  /** What it brings them; null where it brings nothing. */
  readonly version: string | null;
  /** Each that is registered, by name. */
  readonly gateways: readonly GatewayStatus[];
}

/** What the engine asks of the private cloud gateways, which upgrade themselves. */
export interface GatewaysPort {
  /** Looks only. @param release digest of its marker */
  status(release: string, cancel: Cancel): Promise<GatewaysStatus>;
  /** Asks each that nobody holds to go to what the release brings, a few before the others. Asking again changes nothing. */
  ask(release: string, cancel: Cancel): Promise<void>;
}
