import { differences } from '../../test/preflight/healthy/differences.ts';
import { faults } from '../../test/preflight/faults.ts';
import { elsewhere } from '../../test/preflight/elsewhere.ts';
import type { GeneratedFile } from './generated-file.ts';

/** `docs/reference/preflight-faults.md`: the faults that are seeded into a site, from the rows that the tests run. */
export function preflightPage(): GeneratedFile {
  const checks = new Set(faults.map(({ check }) => checkName(check)));
  const rows = faults
    .toSorted((a, b) => a.check.localeCompare(b.check, 'en'))
    .map(({ check, fault, expects: { state, remedy }, done }) => {
      return `| \`${checkName(check)}\` | ${cell(fault)} | ${state} | ${remedy === '' ? '' : `… ${cell(remedy)} …`} | ${cell(done)} |`;
    });
  const others = elsewhere.map(
    ({ check, why, file }) => `| \`${check}\` | ${why} | [${file.split('/').at(-1) ?? ''}](../../${file}) |`,
  );
  const text = `<!-- Made from test/preflight/faults.ts by npm run generate; do not edit. -->
# Faults that the preflight finds

${faults.length} faults, of ${checks.size} checks. Each is seeded into a site: a real API server with its etcd, a simulated vCenter, the console's own registry, helm. The console's preflight, by its route, has to find it, by that check, with its object and what was seen of it, and no other check may say more than it has to.
Then what the remedy says is carried out, and the preflight has to find nothing. What the kubelets, controllers and operators of a cluster would say, the test says for them: there are none.

| check | fault | answer | remedy, in part | carried out |
|---|---|---|---|---|
${rows.join('\n')}

## Checks whose faults are seeded elsewhere

| check | why not here | seeded in |
|---|---|---|
${others.join('\n')}

## Sites that are well

A hundred sites differ from the first in three to six of these, chosen from a fixed seed. The preflight has to say of each that nothing is wrong, warnings included.

${differences.map(({ name }) => `- ${name}`).join('\n')}
`;
  return { path: 'docs/reference/preflight-faults.md', text };
}

/** Without the release that a check of its own is named after. */
function checkName(check: string): string {
  return check.replace(/^(release(?:-step)?)-\d.*$/, '$1-…');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
