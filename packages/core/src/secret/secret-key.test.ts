import { describe, expect, it } from 'vitest';
import { isSecretKey, keyMeaning } from './secret-key.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

describe('a key that holds a secret', () => {
  it.each(
    words(`
      password adminPassword DB_PASSWORD PGPASSWORD MYSQL_PWD rootpw bindpw pass userPass dbpass SSHPASS requirepass
      passwordHash htpasswd passphrase keystorePass password2 password_1 DBPassword token hec-token fileToken
      pathSecret authtoken GITHUB_TOKEN bootstrap-tokens refresh_token tokenValue secret secrets clientSecret
      webhook-secret secret_id cookieSecret CLIENT_SECRET secretData api-key apikey APIKey api_keys tls.key TLSKey
      privateKey ssh-privatekey secretKey accessKey encryptionKey signing-key client-key-data keyPassword licenseKey
      psk wifiPSK masterauth awsCredentials creds .dockerconfigjson dockerConfigJson .dockercfg auths
    `),
  )('%s', (key) => {
    expect(keyMeaning(key)).toBe('secret');
    expect(isSecretKey(key)).toBe(true);
  });
});

describe('a key that only refers to a secret or describes it', () => {
  it.each(
    words(`
      existingSecret existingSecretKey existingSecretPasswordKey useExistingSecretName secretName tlsSecretName
      imagePullSecrets pullSecret tlsSecret extraEnvVarsSecret secretKeyRef secretRef credentialsRef
      tokenExpirationSeconds tokenTTL token-ttl tokenPath tokenUrl maxTokens tokensPerSecond passwordFile
      tls-private-key-file passwordKey minPasswordLength password-policy passwordEncryption key_algorithm
      privateKeySecretRef secretAnnotations secretsManager external-secrets secretStore topologyKey publicKey
      sshPublicKey authorized_keys keyId access-key-id labelKey clientId
    `),
  )('%s', (key) => {
    expect(keyMeaning(key)).not.toBe('secret');
  });
});

describe('a key that says nothing, for all its letters', () => {
  it.each(
    words(`
      keyboard monkey tokenizer passwordless secretary key keys Key keyspace author proxy_pass bypass compass
      passThrough passes passenger auth replicas user
    `),
  )('%s', (key) => {
    expect(keyMeaning(key)).toBeUndefined();
  });
});
