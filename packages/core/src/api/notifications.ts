import { z } from 'zod';
import { notificationKindSchema, notificationSchema } from '../notification/index.ts';
import { lineSchema } from './access.ts';

const line = (longest: number) => lineSchema.min(1).max(longest);
const revision = z.int().nonnegative();
const changed = { changedBy: z.string().nullable(), changedAt: z.iso.datetime().nullable() };
const certificates = z.string().max(200_000).nullable();

/** `https://hooks.example:8443`, without a path. */
const originSchema = line(300).refine(
  (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text,
  'scheme, host and port only, such as https://hooks.example:8443',
);

/** One mailbox as SMTP takes it (RFC 5321, 4.1.2), without a display name. */
export const mailAddressSchema = line(254).regex(
  /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()\\]+$/,
  'an address such as ops@example.org',
);

/** An address that webhooks may go to. */
const allowedAddressSchema = z.object({
  origin: originSchema,
  /** Whether its name may lead to this machine itself or to a link-local address (RFC 5735, RFC 4291). */
  local: z.boolean(),
});

/** `PUT /api/v1/notifications/policy`, with `If-Match`. */
export const notificationPolicyRequestSchema = z.object({
  /** Where people reach this console, for links and as the source of events. */
  consoleUrl: originSchema.nullable(),
  allowed: z.array(allowedAddressSchema).max(50),
});
export type NotificationPolicyRequest = z.infer<typeof notificationPolicyRequestSchema>;
export const notificationPolicySchema = notificationPolicyRequestSchema.extend({ revision, ...changed });
export type NotificationPolicy = z.infer<typeof notificationPolicySchema>;

/** How the connection to a mail server is encrypted; STARTTLS is demanded, never only tried (RFC 3207, RFC 8314). */
export const mailSecurities = {
  starttls: 'STARTTLS',
  tls: 'TLS from the start',
  none: 'not encrypted, and without a login',
} as const;
export type MailSecurity = keyof typeof mailSecurities;

/** A mail server, without the password. */
export const mailServerSettingsSchema = z.object({
  host: line(253).regex(/^[A-Za-z0-9_.:-]+$/, 'a name or an address'),
  port: z.int().min(1).max(65_535),
  security: z.enum(Object.keys(mailSecurities) as [MailSecurity, ...MailSecurity[]]),
  /** PEM, trusted beside what the console's machine trusts. */
  ca: certificates,
  /** Null where the server wants no login. */
  user: line(300).nullable(),
  from: mailAddressSchema,
});
export type MailServerSettings = z.infer<typeof mailServerSettingsSchema>;

/** `PUT /api/v1/notifications/mail-server`, with `If-Match`. Without a password the stored one stays, where it goes where it went before. */
export const mailServerRequestSchema = mailServerSettingsSchema.extend({
  password: z.string().min(1).max(1000).optional(),
});
export type MailServerRequest = z.infer<typeof mailServerRequestSchema>;
export const mailServerSchema = z.object({ revision, settings: mailServerSettingsSchema.nullable(), ...changed });
export type MailServer = z.infer<typeof mailServerSchema>;

/** `POST /api/v1/notifications/mail-server/test`. */
export const mailTestRequestSchema = z.object({ to: mailAddressSchema });
/** What the other side answered to a test. */
export const notificationTestSchema = z.object({ answer: z.string() });

const webhookSchema = z.object({
  via: z.literal('webhook'),
  url: line(2000).refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return (
      url !== undefined &&
      /^https?:$/.test(url.protocol) &&
      url.username === '' &&
      url.password === '' &&
      url.hash === ''
    );
  }, 'an address that begins with https:// or http://, without a user, a password and a #part'),
  /** PEM, trusted beside what the console's machine trusts. */
  ca: certificates,
});
const mailSchema = z.object({
  via: z.literal('mail'),
  to: z
    .array(mailAddressSchema)
    .min(1)
    .max(20)
    .refine((all) => new Set(all).size === all.length, 'an address is named twice'),
});

/** A key of the Standard Webhooks scheme: 24 to 64 bytes in Base64 behind `whsec_`. */
export const webhookKeySchema = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'whsec_ and 24 to 64 bytes in Base64');

const subscriptionSettings = {
  name: line(100),
  kinds: z
    .array(notificationKindSchema)
    .min(1)
    .refine((all) => new Set(all).size === all.length, 'a kind is named twice'),
  target: z.discriminatedUnion('via', [webhookSchema, mailSchema]),
};

/** `POST /api/v1/notifications/subscriptions`, and `PUT …/:id` with `If-Match`. */
export const subscriptionRequestSchema = z.object({
  ...subscriptionSettings,
  /** What requests of a webhook are signed with: this one, or a `new` one, or without it the one of before. */
  key: z.union([z.literal('new'), webhookKeySchema]).optional(),
});
export type SubscriptionRequest = z.infer<typeof subscriptionRequestSchema>;

export const deliveryStates = { waiting: 'Waiting', delivered: 'Delivered', failed: 'Failed' } as const;
export type DeliveryState = keyof typeof deliveryStates;
const deliveryStateSchema = z.enum(Object.keys(deliveryStates) as [DeliveryState, ...DeliveryState[]]);

/** A notification on its way to one place. */
export const deliverySchema = z.object({
  id: z.string(),
  subscription: z.object({ id: z.string(), name: z.string() }),
  notification: notificationSchema,
  /** The mailbox; null for a webhook. */
  recipient: z.string().nullable(),
  state: deliveryStateSchema,
  attempts: revision,
  /** What the other side answered last, or why it was not reached; null before the first attempt. */
  answer: z.string().nullable(),
  lastAt: z.iso.datetime().nullable(),
  /** When it is tried again; null where it is over. */
  nextAt: z.iso.datetime().nullable(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** `GET /api/v1/notifications/deliveries`: newest first. */
export const deliveryQuerySchema = z.object({
  subscription: z.uuid().optional(),
  state: deliveryStateSchema.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(400).optional(),
});
export const deliveryListSchema = z.object({
  deliveries: z.array(deliverySchema),
  /** Goes on with older ones, as `after`; null at the end. */
  next: z.string().nullable().default(null),
});
export type DeliveryList = z.infer<typeof deliveryListSchema>;

/** Somebody, or a program, who is told. */
export const subscriptionSchema = z.object({
  ...subscriptionSettings,
  id: z.string(),
  revision,
  ...changed,
  /** Deliveries that wait, and that were given up. */
  waiting: revision,
  failed: revision,
});
export type Subscription = z.infer<typeof subscriptionSchema>;
/** The key is told this once, where it is a new one. */
export const changedSubscriptionSchema = z.object({ subscription: subscriptionSchema, newKey: z.string().nullable() });
export type ChangedSubscription = z.infer<typeof changedSubscriptionSchema>;

/** `GET /api/v1/notifications`. */
export const notificationsSchema = z.object({
  policy: notificationPolicySchema,
  mailServer: mailServerSchema,
  subscriptions: z.array(subscriptionSchema),
});
export type Notifications = z.infer<typeof notificationsSchema>;
