/** In every secret that these texts hold, so that a leak can be looked for. */
export const secretMark = '98765';
/** In every secret that is one only because it follows a flag: lists that are merged may part them. */
export const argumentMark = '56789';
/** In every value that is none and must be shown. */
export const plainMark = '12121';

/** Lines of YAML in which `S` is a secret, `A` one that follows a flag, and `P` none. */
export const secretSnippets: readonly (readonly string[])[] = [
  ['password: S', 'port: P'],
  ['adminPassword: "S" # was S', 'user: P'],
  ["PGPASSWORD: 'xS'", 'PGHOST: hP'],
  ['fileToken: S', 'tokenFile: /run/P'],
  ['env:', '- name: DB_PASSWORD', '  value: S', '- name: LOG', '  value: "P"'],
  ['env:', '  - value: xS # S', '    name: API_TOKEN', '  - value: P', '    name: LOG'],
  ['env: [{name: DB_PASSWORD, value: S}, {name: LOG, value: P}]'],
  ['dsn: postgres://uP:xS@hP/db', 'hosts: [hP, "http://hP:80/"]'],
  ['args: ["--password", "A", "--host=P", "--token=xS"]'],
  ['args:', '- --token', '- xA', '- --port', '- "P"'],
  [
    'crt: |',
    '  -----BEGIN EC PRIVATE KEY-----',
    '  S',
    '  -----END EC PRIVATE KEY-----',
    'ca: |',
    '  -----BEGIN CERTIFICATE-----',
    '  P',
  ],
  ['conf: |', '  host = P', '  password = S', '  requirepass xS', 'more: P'],
  ['credentials:', '  # was S', '  a: S # S', '  name: P', 'b: P'],
  ['.dockerconfigjson: xS', 'imagePullSecrets:', '- name: xP'],
  ['# password: S', 'existingSecret: xP'],
  ['passwords: [S, xS]', 'tokenExpirationSeconds: P'],
  ['tokens:', '- S', '- "xS"', '# S', 'topologyKey: xP'],
  ['extra:', '- kind: Secret', '  stringData:', '    x: S', '  metadata:', '    name: xP'],
  ['auth: {', '  # S', '  pass: S, # S', '  user: P }'],
  ['x: &anchor S', 'password: *anchor', 'y: P'],
  ['token: >-', '  xS and', '  S', 'next: P'],
];

/** One snippet as a mapping below `k<slot>`; its values tell slot and version apart. */
export function writeSnippet(slot: number, snippet: number, version: number): string {
  let count = 0;
  const lines = (secretSnippets[snippet] ?? []).map((line) =>
    line
      .replaceAll(/S(?![a-zA-Z])(?<![A-Z_]S)/g, () => `${secretMark}${slot}${version}${(count += 1)}`)
      .replaceAll(/A(?![a-zA-Z_])(?<![A-Z_]A)/g, () => `${argumentMark}${slot}${version}${(count += 1)}`)
      .replaceAll(/P(?![a-zA-Z])(?<![A-Z_]P)/g, () => `${plainMark}${slot}${version}${(count += 1)}`)
      .replaceAll('anchor', `anchor${slot}`),
  );
  return `k${slot}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
