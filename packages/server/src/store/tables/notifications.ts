import type { Generated, GeneratedAlways, Selectable } from 'kysely';

/** What is told, to whom, and whether it arrived. */
export interface NotificationsTables {
  readonly certificate_told: CertificateToldTable;
  readonly mail_server: MailServerTable;
  readonly notification: NotificationTable;
  readonly notification_delivery: NotificationDeliveryTable;
  readonly notification_policy: NotificationPolicyTable;
  readonly notification_subscription: NotificationSubscriptionTable;
}

interface NotificationPolicyTable {
  /** Always 1. */
  id: number;
  /** Grows with every change. */
  revision: number;
  /** Canonical JSON; null where nobody has set anything. */
  document: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

interface MailServerTable {
  /** Always 1. */
  id: number;
  /** Grows with every change. */
  revision: number;
  /** The settings without the password as canonical JSON; null where there is no mail server. */
  document: string | null;
  /** The password, sealed with the key of that id, bound to the document; null where the server wants none. */
  secret: string | null;
  key_id: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

interface NotificationSubscriptionTable {
  id: string;
  name: string;
  /** Grows with every change. */
  revision: number;
  /** What is told, and where to, as canonical JSON. */
  document: string;
  /** What requests are signed with, sealed with the key of that id; null for mail. */
  secret: string | null;
  key_id: string | null;
  changed_by: string;
  changed_at: Date;
}
export type NotificationSubscriptionRow = Selectable<NotificationSubscriptionTable>;

/** That a certificate runs out was told, with so many days left at most. */
interface CertificateToldTable {
  fingerprint: string;
  place: string;
  days: number;
}

/** What is to be told, written in the transaction of what it tells of. */
interface NotificationTable {
  sequence: GeneratedAlways<number>;
  id: string;
  at: Date;
  /** `Notification` as JSON. */
  document: string;
  /** Whether it has a delivery for each who is told of it. */
  handed_out: Generated<boolean>;
}

interface NotificationDeliveryTable {
  id: string;
  notification_id: string;
  subscription_id: string;
  /** The mailbox; null for a webhook. */
  recipient: string | null;
  /** `waiting`, `delivered` or `failed`. */
  state: string;
  attempts: Generated<number>;
  answer: string | null;
  last_at: Date | null;
  /** When it is due; null where it is over. */
  next_at: Date | null;
  give_up_at: Date;
}
export type NotificationDeliveryRow = Selectable<NotificationDeliveryTable>;
