import type { Selectable } from 'kysely';

/** Gateways, and how they are brought up to date. */
export interface GatewaysTables {
  readonly gateway: GatewayTable;
  readonly gateway_invite: GatewayInviteTable;
  readonly gateway_pause: GatewayPauseTable;
  readonly gateway_rollout: GatewayRolloutTable;
}

interface GatewayTable {
  id: string;
  name: string;
  site: string;
  /** The 32 bytes of an Ed25519 public key, base64url. */
  public_key: string;
  platform: string;
  registered_at: Date;
  /** The number of its last request that changed something: a request with no newer one was sent before. */
  sequence: number;
  version: string;
  seen_at: Date | null;
  /** `GatewayReport` as JSON with a format: the last one. */
  report: string | null;
  /** `<version>#<attempt>` that it was let go to. */
  granted: string | null;
}
export type GatewayRow = Selectable<GatewayTable>;

interface GatewayInviteTable {
  name: string;
  site: string;
  token_hash: string;
  expires_at: Date;
  made_by: string;
}

interface GatewayPauseTable {
  level: string;
  /** Of the site or the gateway; empty for all of them. */
  name: string;
  made_by: string;
  made_at: Date;
  reason: string;
}

interface GatewayRolloutTable {
  /** Always 1. Whoever lets a gateway go locks the row. */
  id: number;
  /** The release that an upgrade has asked gateways to go to before it; null where none has. */
  product: string | null;
  release: string | null;
  /** Grows when a person has a version tried again. */
  attempt: number;
  /** Grows when gateways are to report before their time. */
  revision: number;
}
