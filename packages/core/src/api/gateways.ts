import { z } from 'zod';
import { gatewayNameSchema, gatewayPlatformSchema } from '../gateway/gateway.ts';
import { pausedSchema, pauseSchema } from '../gateway/hold.ts';
import { packVersionSchema } from '../pack/pack.ts';
import { digestSchema } from '../release/digest.ts';

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits');
/** An attempt of all gateways at a version: a person may ask for another one after a failure. */
const attemptSchema = z.int().min(1).max(1_000_000);

/** `POST /api/v1/gateways/invites`: a gateway may register under this name, once. */
export const gatewayInviteRequestSchema = z.strictObject({
  name: gatewayNameSchema,
  site: gatewayNameSchema.default('main').describe('The place it stands at; upgrades can be paused for all of it.'),
});
export const gatewayInviteSchema = z.object({
  name: gatewayNameSchema,
  site: gatewayNameSchema,
  expiresAt: z.iso.datetime(),
  madeBy: z.string(),
});
/** The only time that the token is shown. */
export const createdInviteSchema = gatewayInviteSchema.extend({ token: z.string() });

/** What a gateway said of itself last. */
const gatewaySwapSchema = z.object({
  version: packVersionSchema,
  sha256: sha256Hex,
  attempt: attemptSchema,
  stage: z.enum(['downloading', 'on-trial']),
});
/** An executable that a gateway does not run, and why. */
export const gatewayFailureSchema = z.object({
  version: packVersionSchema,
  sha256: sha256Hex,
  attempt: attemptSchema,
  at: z.iso.datetime(),
  reason: z.string().max(1000),
});
export type GatewayFailure = z.infer<typeof gatewayFailureSchema>;

/** How a gateway stands, in one word; `unserved` is one that is behind, and for whose platform the release brings nothing. */
export const gatewayStates = [
  'current',
  'behind',
  'unserved',
  'updating',
  'paused',
  'failed',
  'silent',
  'new',
] as const;

export const gatewaySchema = z.object({
  id: z.string(),
  name: gatewayNameSchema,
  site: gatewayNameSchema,
  platform: gatewayPlatformSchema,
  version: packVersionSchema,
  state: z.enum(gatewayStates),
  /** What it is to run; null where no release brings anything for it. */
  wanted: packVersionSchema.nullable(),
  /** Null for one that has only registered. */
  seenAt: z.iso.datetime().nullable(),
  registeredAt: z.iso.datetime(),
  /** What holds it at its version, the widest first. */
  holds: z.array(pauseSchema),
  swap: gatewaySwapSchema.nullable(),
  failure: gatewayFailureSchema.nullable(),
  /** What it says keeps it from its work. */
  trouble: z.string().nullable(),
});
export type GatewayView = z.infer<typeof gatewaySchema>;

/** `GET /api/v1/gateways?after=`: by name; `next` is the cursor of the following page, the rest is of all of them on each. */
export const gatewayListSchema = z.object({
  next: z.string().nullable().default(null),
  gateways: z.array(gatewaySchema),
  invites: z.array(gatewayInviteSchema),
  pauses: z.array(pauseSchema),
  /** What gateways are to run, and how far they are; null where no release says. */
  rollout: z
    .object({
      release: packVersionSchema,
      version: packVersionSchema,
      attempt: attemptSchema,
      total: z.int(),
      proven: z.int(),
      trying: z.array(z.string()),
      failed: z.array(z.string()),
    })
    .nullable(),
});
export type GatewayList = z.infer<typeof gatewayListSchema>;

/** `POST /api/v1/gateways/pause`. */
export const pauseRequestSchema = z.strictObject({ paused: pausedSchema, reason: z.string().max(1000).default('') });
/** `POST /api/v1/gateways/resume`. */
export const resumeRequestSchema = z.strictObject({ paused: pausedSchema });

/** `POST /api/v1/gateways/rollout`: gateways go to what this release brings, before it is installed. */
export const gatewayRolloutRequestSchema = z.strictObject({ release: packVersionSchema });

/** `POST /api/v1/gateway/registration`, by the agent. */
export const gatewayRegistrationSchema = z.strictObject({
  token: z.string().max(200),
  /** The 32 bytes of an Ed25519 public key, base64url without padding. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  platform: gatewayPlatformSchema,
  version: packVersionSchema,
});
export const gatewayRegisteredSchema = z.object({
  id: z.uuid(),
  name: gatewayNameSchema,
  site: gatewayNameSchema,
  /** Of the platform whose releases it may run; null where the console has none yet. */
  product: z.string().max(100).nullable(),
});

/** `POST /api/v1/gateway/report`, by the agent. */
export const gatewayReportSchema = z.strictObject({
  version: packVersionSchema,
  platform: gatewayPlatformSchema,
  /** Of the executable that runs, where it knows. */
  executable: sha256Hex.nullable(),
  /** What the one who judges a new executable gave it, and gets back. */
  proof: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
  swap: gatewaySwapSchema.nullable(),
  /** The last one. */
  failure: gatewayFailureSchema.nullable(),
  trouble: z.string().max(1000).nullable(),
});
export type GatewayReport = z.infer<typeof gatewayReportSchema>;

/** What a gateway is to run. It believes none of it: the release says it too, signed. */
export const gatewayUpdateSchema = z.object({
  /** Of the release's marker. */
  release: digestSchema,
  version: packVersionSchema,
  sha256: sha256Hex,
  attempt: attemptSchema,
});
export type GatewayUpdate = z.infer<typeof gatewayUpdateSchema>;

/** What the console answers a report. */
export const gatewayOrdersSchema = z.object({
  proof: z.string().nullable(),
  /** Null where it is to stay as it is. */
  update: gatewayUpdateSchema.nullable(),
  /** When it is to report again, give or take a tenth. */
  pollSeconds: z.int().min(1).max(86_400),
  /** How long `GET /api/v1/gateway/wait` may be asked to wait; 0 where not at all. */
  waitSeconds: z.int().min(0).max(300),
  /** Grows when gateways are to report before their time. */
  revision: z.int().min(0),
});
export type GatewayOrders = z.infer<typeof gatewayOrdersSchema>;

/** `GET /api/v1/gateway/wait`: whether to report now, and within which time, at random. */
export const gatewayWaitSchema = z.object({
  told: z.boolean(),
  withinSeconds: z.int().min(0).max(3600),
});

/** `GET /api/v1/gateway/self`. */
export const gatewaySelfSchema = z.object({ id: z.uuid(), name: gatewayNameSchema, site: gatewayNameSchema });

/** `GET /api/v1/gateway/releases/:digest`: a release marker as it was signed. */
export const gatewayMarkerSchema = z.object({
  manifest: z.string().max(64 * 1024),
  release: z.string().max(8 * 1024 * 1024),
  signature: z.string().max(2048),
});
