import { Secret } from '@sealift/core/secret';
import { z } from 'zod';
import { accepted } from './connection/answer.ts';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import { decode } from './connection/decode.ts';

/** A token of a service account, as long as it lives. */
export interface IssuedToken {
  readonly token: Secret;
  readonly expiresAt: Date;
  /** What the API server's audit log calls it (`authentication.kubernetes.io/credential-id`, Kubernetes 1.32); null where it has no id. */
  readonly id: string | null;
}

const answerSchema = z.object({
  status: z.object({ token: z.string().min(1), expirationTimestamp: z.iso.datetime() }),
});
const claimsSchema = z.object({ jti: z.string().max(200) });

/**
 * Asks for a token of a service account (TokenRequest of `authentication.k8s.io/v1`). The API server may give it another life than asked for.
 *
 * @param seconds at least 600
 * @throws KUBERNETES_REFUSED, KUBERNETES_…
 */
export async function issueToken(
  client: KubernetesClient,
  account: { readonly namespace: string; readonly name: string },
  seconds: number,
  cancel?: AbortSignal,
): Promise<IssuedToken> {
  const path = `${objectPath('/api/v1', 'serviceaccounts', account)}/token`;
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: seconds },
  };
  const answer = await client.ask({ method: 'POST', path, body, cancel });
  const { token, expirationTimestamp } = decode(answerSchema, accepted(answer, 'make', path), path).status;
  return { token: new Secret(token), expiresAt: new Date(expirationTimestamp), id: idOf(token) };
}

/** The claim `jti` (RFC 7519, 4.1.7). */
function idOf(token: string): string | null {
  try {
    const claims = claimsSchema.safeParse(
      JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')),
    );
    return claims.success ? claims.data.jti : null;
  } catch {
    return null;
  }
}
