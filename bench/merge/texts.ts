/** Three texts of about so many lines: packs one after another, each with a few changes of the site's and the release's. */
export interface Texts {
  readonly base: string;
  readonly current: string;
  readonly incoming: string;
  readonly lines: number;
}

/** Values such as charts have: comments, nested mappings, lists of containers, strings in quotes. Made here, so that the bench needs no data. */
export function makeTexts(lines: number): Texts {
  const sections: { base: string; current: string; incoming: string }[] = [];
  let count = 0;
  for (let index = 0; count < lines; index += 1) {
    const base = section(index, {});
    sections.push({
      base,
      current: index % 5 === 0 ? section(index, { cpu: '250m', note: ' # agreed with the site' }) : base,
      incoming: index % 3 === 0 ? section(index, { tag: `1.${index + 1}.0`, extra: true }) : base,
    });
    count += base.split('\n').length - 1;
  }
  const join = (side: 'base' | 'current' | 'incoming'): string => sections.map((texts) => texts[side]).join('');
  return { base: join('base'), current: join('current'), incoming: join('incoming'), lines: count };
}

interface Variation {
  readonly cpu?: string;
  readonly note?: string;
  readonly tag?: string;
  readonly extra?: boolean;
}

function section(index: number, { cpu = '100m', note = '', tag = `1.${index}.0`, extra = false }: Variation): string {
  const lines = [
    `component-${index}:`,
    '  # -- Number of replicas; the leader is elected among them.',
    `  replicas: ${1 + (index % 3)}`,
    '  image:',
    '    # -- Repository that the image is pulled from.',
    `    repository: registry.example/platform/component-${index}`,
    `    tag: "${tag}"`,
    '    pullPolicy: IfNotPresent',
    ...(extra ? ['    # -- Refuse images without a signature.', '    verify: true'] : []),
    '',
    '  # -- What the scheduler reserves, and the most that may be used.',
    '  resources:',
    '    limits:',
    `      cpu: ${cpu}${note}`,
    '      memory: 256Mi',
    '    requests: {cpu: 50m, memory: 64Mi}',
    '  args:',
    '    - --leader-elect',
    `    - --metrics-bind-address=:${8000 + index}`,
    '  ports:',
    '    - name: http',
    '      containerPort: 8080',
    '    - name: metrics',
    `      containerPort: ${8000 + index}`,
    '  config: |',
    '    [server]',
    `    name = component-${index}`,
    '    level = info',
    '  tolerations: []',
    '',
  ];
  return `${lines.join('\n')}\n`;
}
