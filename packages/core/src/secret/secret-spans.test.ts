import { describe, expect, it } from 'vitest';
import { hideSecrets } from './secret-spans.ts';

const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----';

describe('in a text of any kind', () => {
  it.each([
    ['postgres://app:hunter2@db:5432/app', 'postgres://app:***@db:5432/app'],
    ['redis://:hunter2@cache/0', 'redis://:***@cache/0'],
    ['https://u:p@ss/w@host/x', 'https://u:***@host/x'],
    ['https://ghp_0123456789abcdef@github.com/x', 'https://***@github.com/x'],
    [
      'jdbc:postgresql://db/app?user=a&password=hunter2&ssl=true',
      'jdbc:postgresql://db/app?user=a&password=***&ssl=true',
    ],
    ['--db-password=hunter2', '--db-password=***'],
    ['run --password hunter2 --host h', 'run --password *** --host h'],
    ['PGPASSWORD=hunter2 psql -h db', 'PGPASSWORD=***'],
    ['export API_TOKEN="a b"', 'export API_TOKEN=***'],
    ['{"user":"bob","password":"hunter2"}', '{"user":"bob","password":"***"}'],
    [
      '[{"name":"DB_PASSWORD","value":"hunter2"},{"name":"A","value":"b"}]',
      '[{"name":"DB_PASSWORD","value":"***"},{"name":"A","value":"b"}]',
    ],
    ['Authorization: Bearer eyJhbGciOi1.x', 'Authorization: Bearer ***'],
    ['{"auths":{"r":{"auth":"dTpw"}}}', '***'],
    [`a\n${pem}\nb`, 'a\n***\nb'],
    ['-----BEGIN PRIVATE KEY-----\nAAA', '***'],
    [`key ${btoa(pem)}`, 'key ***'],
    ['# password: hunter2', '# password: ***'],
    [
      '# env:\n# - name: A_TOKEN\n#   value: hunter2\n# - name: B',
      '# env:\n# - name: A_TOKEN\n#   value: ***\n# - name: B',
    ],
    ['user: bob\npassword: correct horse\nhost: h', 'user: bob\npassword: ***\nhost: h'],
    ['[db]\npassword = hunter2 ; x\nport = 1', '[db]\npassword = ***\nport = 1'],
    ['port 6379\nrequirepass hunter2', 'port 6379\nrequirepass ***'],
    ['passwords:\n- one\n- two\nother:\n- three', 'passwords:\n- ***\n- ***\nother:\n- three'],
    ['token: |\n  line one\n  line two\nnext: 1', 'token: |\n  ***\n  ***\nnext: 1'],
    ['secrets:\n  # was hunter1\n  a: hunter2\n# open\nb: 1', 'secrets:\n  #***\n  a: ***\n# open\nb: 1'],
    [
      '- name: DB_PASSWORD\n  value: hunter2\n- name: A\n  value: b',
      '- name: DB_PASSWORD\n  value: ***\n- name: A\n  value: b',
    ],
    [
      '- value: hunter2\n  name: DB_PASSWORD\n- value: b\n  name: A',
      '- value: ***\n  name: DB_PASSWORD\n- value: b\n  name: A',
    ],
    ['password: "hunter2', 'password: ***'],
    ['pin: {password: hunter2, user: bob}', 'pin: {password: ***, user: bob}'],
  ])('%j is shown as %j', (text, shown) => {
    expect(hideSecrets(text)).toBe(shown);
  });

  it.each([
    'http://host:8080/path@v2',
    'ssh://git@github.com/x',
    'postgres://app:$(DB_PASSWORD)@db/app',
    'postgres://app:{{ .spectro.var.password }}@db/app',
    '--token-ttl 3600 --password-file /run/x --password=$(DB_PASSWORD)',
    'existingSecret: mine\nimagePullSecrets:\n- name: regcred\ntokenExpirationSeconds: 3600',
    'password: ""\ntoken: null\nautomountToken: false\nadminPassword: ${PW}',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    btoa('-----BEGIN CERTIFICATE-----\nMIIBMIIBMIIBMIIBMIIB'),
    'tls.key: ssh-ed25519 AAAAC3Nz bob@host',
    'Basic authentication is off',
    '# Secret name\n# Set a password here\na: 1',
    'ports:\n- 80\n- 443',
  ])('%j is shown as it is', (text) => {
    expect(hideSecrets(text)).toBe(text);
  });

  it('is found in work that grows with the length', () => {
    const long = [
      `a${'b'.repeat(300_000)}`,
      'key: value '.repeat(30_000),
      'password: "'.repeat(30_000),
      'http://a:b '.repeat(30_000),
      '-a-'.repeat(50_000),
      '-----BEGIN PRIVATE KEY-----\n'.repeat(3000),
      '{"'.repeat(50_000),
    ];
    for (const text of long) expect(hideSecrets(text).length).toBeGreaterThan(0);
  });
});
