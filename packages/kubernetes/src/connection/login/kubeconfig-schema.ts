import { z } from 'zod';

const text = z.string();

const clusterSchema = z.looseObject({
  server: text.optional(),
  'certificate-authority': text.optional(),
  'certificate-authority-data': text.optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': text.optional(),
  'proxy-url': text.optional(),
});
export type KubeconfigCluster = z.infer<typeof clusterSchema>;

const execSchema = z.looseObject({
  apiVersion: text.optional(),
  command: text.min(1),
  args: z.array(text).nullish(),
  env: z.array(z.object({ name: text, value: text })).nullish(),
  installHint: text.optional(),
  provideClusterInfo: z.boolean().optional(),
  interactiveMode: text.optional(),
});
export type ExecSettings = z.infer<typeof execSchema>;

const userSchema = z.looseObject({
  token: text.optional(),
  tokenFile: text.optional(),
  'client-certificate': text.optional(),
  'client-certificate-data': text.optional(),
  'client-key': text.optional(),
  'client-key-data': text.optional(),
  username: text.optional(),
  password: text.optional(),
  exec: execSchema.nullish(),
  'auth-provider': z.looseObject({ name: text }).nullish(),
  as: text.optional(),
  'as-uid': text.optional(),
  'as-groups': z.array(text).optional(),
  'as-user-extra': z.unknown().optional(),
});
export type KubeconfigUser = z.infer<typeof userSchema>;

const contextSchema = z.looseObject({ cluster: text.optional(), user: text.optional(), namespace: text.optional() });

/** A kubeconfig (client-go, `clientcmd/api/v1`), as far as a client without a terminal uses it. */
export const kubeconfigSchema = z.looseObject({
  clusters: z.array(z.object({ name: text, cluster: clusterSchema })).nullish(),
  users: z.array(z.object({ name: text, user: userSchema })).nullish(),
  contexts: z.array(z.object({ name: text, context: contextSchema })).nullish(),
  'current-context': text.nullish(),
});
export type Kubeconfig = z.infer<typeof kubeconfigSchema>;
