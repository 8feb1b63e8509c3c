const secretKey = /secret|token|password|passwd|credential|private|key$/i;
const publicKey = /^(?:publicKey|keyId|key_id)$/;

/** A copy in which every value whose key says that it is secret reads `***`, at any depth. */
export function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, isSecret(key) ? '***' : maskSecrets(member)]),
  );
}

function isSecret(key: string): boolean {
  return secretKey.test(key) && !publicKey.test(key);
}
