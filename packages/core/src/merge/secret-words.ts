const secretWords = new Set([
  'secret',
  'secrets',
  'token',
  'tokens',
  'password',
  'passwords',
  'passwd',
  'passphrase',
  'key',
  'keys',
  'apikey',
  'credential',
  'credentials',
]);

/** Whether a key says that its value is a secret: `adminPassword`, `hec-token`, `api_key`. */
export function saysSecret(key: string): boolean {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z0-9]+/);
  return words.some((word) => secretWords.has(word.toLowerCase()));
}
