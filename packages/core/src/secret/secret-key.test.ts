import { expect, it } from 'vitest';
import { isSecretKey } from './secret-key.ts';

it.each(['clientSecret', 'api-key', 'DB_PASSWORD', 'tls.key', 'token', 'apikey', 'passphrase', 'awsCredentials'])(
  '%s says that its value is a secret',
  (key) => {
    expect(isSecretKey(key)).toBe(true);
  },
);

it.each(['keyboard', 'monkey', 'tokenizer', 'passwordless', 'name', ''])('%s does not, for all its letters', (key) => {
  expect(isSecretKey(key)).toBe(false);
});

it.each(['secretName', 'credentialsRef', 'tls-private-key-file', 'tokenPath', 'key_algorithm'])(
  '%s only points at a secret',
  (key) => {
    expect(isSecretKey(key)).toBe(false);
  },
);

it.each(['key', 'keys', 'Key'])('a bare %s names a label, a taint or an entry', (key) => {
  expect(isSecretKey(key)).toBe(false);
});
