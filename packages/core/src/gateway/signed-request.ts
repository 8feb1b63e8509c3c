/**
 * How a gateway signs its requests: HTTP Message Signatures (RFC 9421) with Ed25519, over one fixed list of components. The host is none of them:
 * a proxy that ends TLS in front of the console may write another one. Instead of a time there is a number that only grows, as a gateway's clock may
 * be wrong.
 */
export interface SignedRequest {
  readonly method: string;
  /** As the console sees it: `/api/v1/gateway/report`. */
  readonly path: string;
  /** With its question mark; `?` alone where there is none (RFC 9421, section 2.2.7). */
  readonly query: string;
  /** `sha-256=:…:` of the body (RFC 9530), also of an empty one. */
  readonly contentDigest: string;
  readonly sequence: number;
  readonly gatewayId: string;
}

/** The headers of a signed request, lower-case. */
export const signatureHeaders = {
  digest: 'content-digest',
  sequence: 'sealift-sequence',
  input: 'signature-input',
  signature: 'signature',
} as const;

const label = 'gateway';
const components = '("@method" "@path" "@query" "content-digest" "sealift-sequence")';
const idPattern = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const inputForm = new RegExp(
  `^${label}=\\("@method" "@path" "@query" "content-digest" "sealift-sequence"\\);keyid="(${idPattern})";alg="ed25519"$`,
);
const signatureForm = new RegExp(`^${label}=:([A-Za-z0-9+/]{86}==):$`);

/** The text that is signed (RFC 9421, section 2.5). */
export function signatureBase({ method, path, query, contentDigest, sequence, gatewayId }: SignedRequest): string {
  return [
    `"@method": ${method}`,
    `"@path": ${path}`,
    `"@query": ${query}`,
    `"content-digest": ${contentDigest}`,
    `"sealift-sequence": ${sequence}`,
    `"@signature-params": ${components};keyid="${gatewayId}";alg="ed25519"`,
  ].join('\n');
}

/** The headers that carry a signature. @param signature 64 bytes as base64 */
export function signedHeaders(request: SignedRequest, signature: string): Record<string, string> {
  return {
    [signatureHeaders.digest]: request.contentDigest,
    [signatureHeaders.sequence]: String(request.sequence),
    [signatureHeaders.input]: `${label}=${components};keyid="${request.gatewayId}";alg="ed25519"`,
    [signatureHeaders.signature]: `${label}=:${signature}:`,
  };
}

/** What the headers of a request claim; undefined where they are not exactly of the one form that gateways send. */
export function readSignature(headers: Readonly<Record<string, string | readonly string[] | undefined>>):
  | (Pick<SignedRequest, 'contentDigest' | 'sequence' | 'gatewayId'> & {
      /** Base64. */
      readonly signature: string;
    })
  | undefined {
  const one = (name: string): string => {
    const value = headers[name];
    return typeof value === 'string' && value.length <= 500 ? value : '';
  };
  const gatewayId = inputForm.exec(one(signatureHeaders.input))?.[1];
  const signature = signatureForm.exec(one(signatureHeaders.signature))?.[1];
  const contentDigest = one(signatureHeaders.digest);
  const sequence = one(signatureHeaders.sequence);
  if (gatewayId === undefined || signature === undefined) return undefined;
  if (!/^sha-256=:[A-Za-z0-9+/]{43}=:$/.test(contentDigest) || !/^(?:0|[1-9]\d{0,15})$/.test(sequence))
    return undefined;
  if (!Number.isSafeInteger(Number(sequence))) return undefined;
  return { gatewayId, signature, contentDigest, sequence: Number(sequence) };
}
